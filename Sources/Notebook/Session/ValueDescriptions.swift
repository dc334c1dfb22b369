import Datasets
import Networks
import VAEngine

/// One line on each word that an argument can be, for completion: what `conv`, `adamw` or `traverse` means.
enum ValueDescriptions {
  /// What `word` means as a value of the argument; nil when the argument's own help says all there is to say (`yes`).
  static func meaning(of word: String, argument: String) -> String? {
    if let family = Family(rawValue: word), argument == "words" {
      guard let preset = Preset(rawValue: word) else { return family.summary }
      return "\(family.summary); or \(preset.summary)"
    }
    if argument == "words", let preset = Preset(rawValue: word) { return preset.summary }
    if argument == "source", let entry = DatasetCatalogue.entries.first(where: { $0.name == word }) {
      return entry.summary
    }
    return texts[argument]?[word]
  }

  private static let texts: [String: [String: String]] = [
    "likelihood": [
      "bernoulli": "pixels as probabilities of 1 (white): cross-entropy",
      "continuous-bernoulli": "grey values between 0 and 1, normalised (Loaiza-Ganem & Cunningham 2019)",
      "gaussian": "normal with a fixed σ (sigma=)", "gaussian-learned": "normal with one learned σ",
      "logistic256": "256 grey levels, discretised logistic",
      "mse": "squared error, no density: for plain autoencoders",
    ],
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
      "mean": "where it gives the mean of the data: fewer steps to learn how bright they are", "init": "as init says",
    ],
    "noise": [
      "gaussian:0.3": "adds N(0, 0.3²)", "mask:0.25": "sets a quarter of the pixels to 0",
      "salt:0.1": "sets a tenth of the pixels to 0 or 1",
    ],
    "optimizer": [
      "adam": "adaptive moments (Kingma & Ba 2015)", "adamw": "adam with decoupled weight decay",
      "adamax": "adam by the largest gradient", "rmsprop": "by the mean square of the gradient",
      "sgd": "gradient descent with momentum",
    ],
    "schedule": [
      "constant": "the same learning rate throughout", "step:30:0.1": "a tenth after every 30 epochs",
      "milestones:50,75:0.1": "a tenth from epoch 50 on, and again from 75", "cosine": "falls along a cosine",
      "plateau:5:0.5": "half when 5 epochs were no better", "iwae": "3ⁱ epochs at 10^(−i/7) (Burda et al. 2016)",
    ],
    "plot": ["live": "redrawn while it trains", "no": "only the progress bar"],
    "what": [
      "mean": "posterior means", "sample": "draws from the posterior", "logvar": "log σ² of the posterior",
      "session": "everything: variables, history, metrics",
    ],
    "how": ["slerp": "along a great circle", "lerp": "along a straight line"],
    "features": [
      "pixels": "distances between images", "latents": "distances between posterior means",
    ],
    "probe": [
      "no": "no probe", "knn": "a vote of the ten nearest latents", "linear": "a linear classifier on the latents",
    ],
    "subject": [
      "loss": "training by epoch", "latent": "posterior means, coloured by label", "kl": "KL of each dimension",
      "reconstruct": "inputs above outputs", "sample": "images decoded from the prior",
      "interpolate": "a strip from one image to another", "traverse": "one latent dimension moved at a time",
      "manifold": "the plane of latent=2 as images", "grid": "any images", "rd": "rate against distortion",
      "nll": "how the importance-sampled likelihood converges", "histogram": "how values are distributed",
      "confusion": "what a nearest-neighbour probe takes for what", "plot": "how figures look: terminal, size, theme",
    ],
    "terms": [
      "overlaid": "a line for each", "stacked": "on top of each other", "total": "only their sum",
    ],
    "color": [
      "label": "by class", "none": "all alike", "auto": "as the pictures are", "gray": "one channel",
      "rgb": "three channels",
    ],
    "theme": ["light": "dark on white", "dark": "light on black"],
    "terminal": [
      "auto": "the best the terminal can do", "dumb": "characters", "sixel": "sixel graphics",
      "kitty": "kitty graphics",
      "iterm": "iTerm2 graphics", "qt": "a window (Qt)", "wxt": "a window (wxWidgets)", "x11": "a window (X11)",
      "none": "a line of text",
    ],
    "format": ["text": "tables and words", "json": "all of it as data", "csv": "rows of numbers"],
    "binarize": [
      "dynamic": "drawn anew each time", "static": "drawn once, with a seed", "0.5": "white (1) from a half on",
    ],
    "missing": [
      "refuse": "an empty field is an error", "drop": "leave the row out", "mean": "take it for the column's mean",
      "zero": "take it for 0",
    ],
    "categories": [
      "onehot": "a column for each text", "codes": "one column of numbers", "refuse": "a text is an error",
    ],
    "header": ["auto": "by the look of it", "yes": "it does", "no": "it holds an example"],
  ]
}
