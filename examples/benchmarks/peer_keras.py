"""The convolutional and the dense recipe in Keras 3 on TensorFlow: seconds and test −ELBO after every epoch.

usage: peer_keras.py DATA RECIPE EPOCHS [--threads N] [--seed N] [--all]

One JSON object a line, as peer_torch.py prints them. Training is one `fit` call an epoch; evaluation is not timed.
With --all it trains on the 60,000 training and the 10,000 test images, as Keras' example does; "train" is the running
mean of the loss over the epoch, the figure that the example prints.
"""

import argparse
import gzip
import json
import os
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf
from keras import layers


def images(path):
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 28, 28, 1).astype(np.float32) / 255


class Autoencoder(keras.Model):
    def __init__(self, encoder, decoder, latent, seed):
        super().__init__()
        self.encoder, self.decoder = keras.Sequential(encoder), keras.Sequential(decoder)
        self.mean, self.log_variance = layers.Dense(latent), layers.Dense(latent)
        self.noise = keras.random.SeedGenerator(seed)

    def call(self, x):
        h = self.encoder(x)
        mean, log_variance = self.mean(h), self.log_variance(h)
        z = mean + tf.exp(0.5 * log_variance) * keras.random.normal(tf.shape(mean), seed=self.noise)
        logits = self.decoder(z)
        kl = 0.5 * tf.reduce_sum(tf.square(mean) + tf.math.expm1(log_variance) - log_variance)
        reconstruction = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits))
        self.add_loss((reconstruction + kl) / tf.cast(tf.shape(x)[0], tf.float32))
        return logits


def dense(seed):
    encoder = [layers.Flatten(), layers.Dense(400, "relu")]
    decoder = [layers.Dense(400, "relu"), layers.Dense(784), layers.Reshape((28, 28, 1))]
    return Autoencoder(encoder, decoder, 20, seed)


def convolutional(seed):
    encoder = [
        layers.Conv2D(32, 3, 2, "same", activation="relu"), layers.Conv2D(64, 3, 2, "same", activation="relu"),
        layers.Flatten(), layers.Dense(16, "relu")]
    decoder = [
        layers.Dense(3136, "relu"), layers.Reshape((7, 7, 64)),
        layers.Conv2DTranspose(64, 3, 2, "same", activation="relu"),
        layers.Conv2DTranspose(32, 3, 2, "same", activation="relu"), layers.Conv2DTranspose(1, 3, 1, "same")]
    return Autoencoder(encoder, decoder, 2, seed)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("recipe", choices=["conv", "mlp"])
    parser.add_argument("epochs", type=int)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--all", action="store_true", help="train on all 70,000 images")
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    keras.utils.set_random_seed(options.seed)
    train = images(f"{options.data}/train-images-idx3-ubyte.gz")
    test = images(f"{options.data}/t10k-images-idx3-ubyte.gz")
    train = np.concatenate([train, test]) if options.all else train
    model = convolutional(options.seed) if options.recipe == "conv" else dense(options.seed)
    model.compile(optimizer=keras.optimizers.Adam(1e-3))
    seconds = 0.0
    for epoch in range(options.epochs):
        start = time.perf_counter()
        history = model.fit(train, batch_size=128, epochs=1, verbose=0)
        seconds += time.perf_counter() - start
        measured = model.evaluate(test, batch_size=1000, verbose=0)
        print(json.dumps({"epoch": epoch + 1, "seconds": seconds, "train": history.history["loss"][0],
                          "test": float(measured)}), flush=True)


if __name__ == "__main__":
    main()
