"""Writes pytorch.safetensors: what PyTorch computes, for our conventions to be checked against.

    pip install torch safetensors && python make-fixtures.py

Tensors of case C are called C.x, C.weight …; its settings are JSON under C in the metadata. Gradients are of
Σ result · C.g. Optimizers: start, gradients [steps, n] and values after every step [steps, n].
"""

import json
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(20)
torch.set_num_threads(1)
tensors, settings = {}, {}


def record(name, operands, result, **case):
    g = torch.randn_like(result)
    gradients = torch.autograd.grad((result * g).sum(), list(operands.values()))
    settings[name] = json.dumps(case)
    tensors.update({f"{name}.{key}": value.detach() for key, value in operands.items()})
    tensors.update({f"{name}.d{key}": value for key, value in zip(operands, gradients)})
    tensors.update({f"{name}.y": result.detach(), f"{name}.g": g})


def leaf(*shape):
    return torch.randn(*shape, requires_grad=True)


convolutions = [
    # image, channels out, kernel, stride, padding, dilation, output padding
    ((2, 3, 7, 5), 4, (3, 3), (1, 1), (0, 0), (1, 1), (0, 0)),
    ((2, 1, 8, 8), 3, (3, 3), (2, 2), (1, 1), (1, 1), (1, 1)),
    ((1, 2, 9, 7), 3, (4, 2), (2, 3), (1, 0), (1, 1), (1, 2)),
    ((2, 2, 6, 8), 1, (3, 3), (1, 1), (2, 2), (2, 2), (0, 0)),
    ((1, 3, 5, 6), 2, (5, 1), (3, 1), (2, 0), (1, 1), (2, 0)),
]
for index, (image, out, kernel, stride, padding, dilation, extra) in enumerate(convolutions):
    case = dict(kernel=kernel, stride=stride, padding=padding, dilation=dilation)
    x, w, b = leaf(*image), leaf(out, image[1], *kernel), leaf(out)
    record(f"conv2d.{index}", dict(x=x, weight=w, bias=b), F.conv2d(x, w, b, stride, padding, dilation), **case)
    x, w, b = leaf(*image), leaf(image[1], out, *kernel), leaf(out)
    y = F.conv_transpose2d(x, w, b, stride, padding, extra, 1, dilation)
    record(f"convTranspose2d.{index}", dict(x=x, weight=w, bias=b), y, outputPadding=extra, **case)

x = leaf(2, 3, 7, 6)
case = dict(kernel=(3, 3), stride=(2, 2), padding=(1, 1))
record("maxPool", dict(x=x), F.max_pool2d(x, 3, 2, 1), **case)
record("averagePool", dict(x=x), F.avg_pool2d(x, 3, 2, 1, count_include_pad=False), **case)
x, scale, shift = leaf(4, 6, 3, 2), leaf(6), leaf(6)
record("batchNorm", dict(x=x, scale=scale, shift=shift), F.batch_norm(x, None, None, scale, shift, training=True))
record("groupNorm", dict(x=x, scale=scale, shift=shift), F.group_norm(x, 3, scale, shift), groups=3)
x, scale, shift = leaf(4, 10), leaf(10), leaf(10)
record("layerNorm", dict(x=x, scale=scale, shift=shift), F.layer_norm(x, (10,), scale, shift))
x = (leaf(3, 17) * 3).detach().requires_grad_()
for name, f in [
    ("relu", F.relu), ("leakyRelu", F.leaky_relu), ("elu", F.elu), ("gelu", F.gelu), ("silu", F.silu),
    ("tanh", torch.tanh), ("sigmoid", torch.sigmoid), ("softplus", F.softplus), ("hardtanh", F.hardtanh),
    ("softmax", lambda x: F.softmax(x, 1)), ("logSumExp", lambda x: torch.logsumexp(x, 1)),
]:
    record(f"activation.{name}", dict(x=x), f(x))
t = torch.rand(3, 17, requires_grad=True)
record("bce", dict(x=x, t=t), F.binary_cross_entropy_with_logits(x, t, reduction="none"))
table = leaf(7, 3)
index = torch.tensor([6, 0, 3, 3, 1])
record("embedding", dict(x=table), F.embedding(index, table), index=index.tolist())

steps, count = 12, 37
optimizers = {
    "adam": (lambda p: torch.optim.Adam(p, lr=0.01), dict(learningRate=0.01)),
    "adam.decay": (
        lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1),
        dict(learningRate=0.02, beta1=0.8, beta2=0.95, epsilon=1e-3, weightDecay=0.1),
    ),
    "adamW": (lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.2), dict(learningRate=0.01, weightDecay=0.2)),
    "adamax": (lambda p: torch.optim.Adamax(p, lr=0.01), dict(learningRate=0.01)),
    "rmsprop": (
        lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-6),
        dict(learningRate=0.01, beta2=0.9, epsilon=1e-6),
    ),
    "sgd": (lambda p: torch.optim.SGD(p, lr=0.1), dict(learningRate=0.1)),
    "sgd.momentum": (
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
        dict(learningRate=0.1, momentum=0.9, weightDecay=0.01),
    ),
    "adam.clip": (lambda p: torch.optim.Adam(p, lr=0.01), dict(learningRate=0.01, clipNorm=3.0)),
}
for name, (make, case) in optimizers.items():
    parameter = torch.nn.Parameter(torch.randn(count))
    start, gradients = parameter.detach().clone(), torch.randn(steps, count)
    # A parameter whose gradient is zero, one whose gradient is tiny, one whose gradient is huge.
    gradients[:, 0], gradients[:, 1], gradients[:, 2] = 0, gradients[:, 1] * 1e-8, gradients[:, 2] * 1e3
    if "clipNorm" in case:
        gradients[:, 2] = 1
    optimizer, values = make([parameter]), []
    for gradient in gradients:
        parameter.grad = gradient.clone()
        if "clipNorm" in case:
            torch.nn.utils.clip_grad_norm_([parameter], case["clipNorm"])
        optimizer.step()
        values.append(parameter.detach().clone())
    settings[f"optimizer.{name}"] = json.dumps(case)
    tensors[f"optimizer.{name}.start"] = start
    tensors[f"optimizer.{name}.gradients"] = gradients
    tensors[f"optimizer.{name}.values"] = torch.stack(values)

settings["torch"] = torch.__version__
tensors = {name: value.contiguous().clone() for name, value in tensors.items()}
save_file(tensors, pathlib.Path(__file__).parent / "pytorch.safetensors", metadata=settings)
