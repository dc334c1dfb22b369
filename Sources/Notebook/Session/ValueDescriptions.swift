import Datasets
import Networks
import VAEngine

/// One line on each word that an argument can be, for completion: what `conv`, `adamw` or `traverse` means.
enum ValueDescriptions {
  /// What `word` means as a value of the argument; nil when the help of the argument is sufficient (`yes`).
  static func meaning(of word: String, argument: String) -> String? {
    if let family = Family.named(word), argument == "words" {
      guard let preset = Preset(rawValue: word) else { return family.summary }
      return "\(family.summary); or \(preset.summary)"
    }
    if argument == "words", let preset = Preset(rawValue: word) { return preset.summary }
    if argument == "source", let entry = DatasetCatalogue.entries.first(where: { $0.name == word }) {
      return entry.summary
    }
    if argument == "likelihood", let likelihood = Likelihood.named(word) { return likelihood.summary }
    return texts[argument]?[word]
  }

  private static let texts: [String: [String: String]] = [
    "activation": [
      "relu": "max(0, x)", "leakyrelu": "x, or x/100 below 0", "elu": "x, or eˣ − 1 below 0",
      "gelu": "x·Φ(x)", "silu": "x·sigmoid(x)", "tanh": "from −1 to 1", "sigmoid": "1 / (1 + e⁻ˣ)",
      "softplus": "log(1 + eˣ)", "none": "linear",
    ],
    "init": [
      "pytorch": "as torch.nn does: uniform by fan-in", "glorot": "uniform by fan-in and fan-out",
      "he": "normal by fan-in, for relu",
    ],
    "bias": [
      "mean": "set such that the initial output is the mean of the data", "init": "as init sets it",
    ],
    "noise": [
      "gaussian:0.3": "adds N(0, 0.3²)", "mask:0.25": "sets a quarter of the pixels to 0",
      "salt:0.1": "sets a tenth of the pixels to 0 or 1",
    ],
    "optimizer": [
      "adam": "adaptive moments (Kingma & Ba 2015)", "adamw": "adam with decoupled weight decay",
      "adamax": "Adam with the infinity norm of the gradients; lr 0.001, in PyTorch 0.002",
      "rmsprop": "gradient divided by its running root mean square; lr 0.001, in PyTorch 0.01",
      "sgd": "gradient descent with momentum",
    ],
    "schedule": [
      "constant": "the same learning rate throughout", "step:30:0.1": "multiplied by 0.1 every 30 epochs",
      "milestones:50,75:0.1": "multiplied by 0.1 at epoch 50 and again at 75", "cosine": "cosine decay",
      "plateau:5:0.5": "halved after 5 epochs without improvement",
      "iwae": "3ⁱ epochs at 10^(−i/7) (Burda et al. 2016)",
    ],
    "plot": ["live": "redrawn during training", "no": "only the progress bar"],
    "what": [
      "mean": "posterior means", "sample": "draws from the posterior", "logvar": "log σ² of the posterior",
      "session": "everything: variables, history, metrics",
    ],
    "draws": ["means": "means of p(x | z), smooth", "samples": "samples of p(x | z), with its noise"],
    "how": ["slerp": "along a great circle", "lerp": "along a straight line"],
    "features": [
      "pixels": "distances between images", "latents": "distances between posterior means",
    ],
    "probe": [
      "no": "no probe", "knn": "majority vote of the ten nearest latents",
      "linear": "a linear classifier on the latents",
    ],
    "subject": [
      "loss": "training by epoch", "latent": "posterior means, colored by label", "kl": "KL of each dimension",
      "reconstruct": "inputs above outputs", "sample": "images decoded from the prior",
      "interpolate": "a strip of images from one example to another",
      "traverse": "one latent dimension varied at a time",
      "manifold": "the plane of latent=2 as images", "grid": "any images", "rd": "rate against distortion",
      "nll": "how the importance-sampled likelihood converges", "histogram": "how values are distributed",
      "confusion": "confusion matrix of a nearest-neighbor probe", "plot": "how figures look: terminal, size, theme",
    ],
    "terms": [
      "overlaid": "a line for each", "stacked": "on top of each other", "total": "only their sum",
    ],
    "color": [
      "label": "by class", "none": "one color for all", "auto": "as stored in the images", "gray": "one channel",
      "rgb": "three channels",
    ],
    "theme": ["light": "dark on white", "dark": "light on black"],
    "terminal": [
      "auto": "the best that the terminal supports", "dumb": "characters", "sixel": "sixel graphics",
      "kitty": "kitty graphics",
      "iterm": "iTerm2 graphics", "qt": "a window (Qt)", "wxt": "a window (wxWidgets)", "x11": "a window (X11)",
      "none": "a line of text",
    ],
    "format": ["text": "text and tables", "json": "complete results as data", "csv": "rows of numbers"],
    "binarize": [
      "dynamic": "redrawn for every batch", "static": "drawn once, with a seed",
      "0.5": "1 for values of at least 0.5, else 0",
    ],
    "missing": [
      "refuse": "an empty field is an error", "drop": "drop the row", "mean": "replace it by the column's mean",
      "zero": "replace it by 0",
    ],
    "categories": [
      "onehot": "one-hot: a column of 0 and 1 for each text", "codes": "one column of integer codes",
      "refuse": "a text is an error",
    ],
    "sep": [
      "comma": "fields like 1,2,3", "semicolon": "fields like 1;2;3, as with decimal commas", "tab": "one tab",
      "blank": "any number of blanks or tabs",
    ],
    "decimal": ["point": "numbers like 0.5", "comma": "numbers like 0,5"],
    "thousands": ["comma": "numbers like 1,000", "point": "numbers like 1.000", "blank": "numbers like 1 000"],
    "background": ["black": "0, as most digits have", "white": "255, as paper has"],
    "broken": ["refuse": "the load ends with its name", "skip": "it is left out and counted"],
    "header": [
      "auto": "detected from the content", "yes": "the first row contains names", "no": "the first row is an example",
    ],
  ]
}
