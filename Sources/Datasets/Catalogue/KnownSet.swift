/// A data set with a name: where its files are, what they must hash to, and what its labels mean.
package struct KnownSet: Sendable, Equatable {
  package struct File: Sendable, Equatable {
    /// Without `.gz`.
    package let name: String
    /// Bytes of the packed file that mirrors serve.
    package let packedBytes: Int
    /// SHA-256 of that file.
    package let packedHash: String
    /// SHA-256 of what is inside, where it is known: files packed again by someone are recognised too.
    package let contentHash: String?

    package init(name: String, packedBytes: Int, packedHash: String, contentHash: String? = nil) {
      (self.name, self.packedBytes, self.packedHash) = (name, packedBytes, packedHash)
      self.contentHash = contentHash
    }
  }

  package let name: String
  package let summary: String
  package let license: String
  /// Who made it, as they want to be named.
  package let attribution: String
  package let labelNames: [String]
  /// Folders that hold the files, tried in order.
  package let mirrors: [String]
  /// Training images and labels, test images and labels.
  package let files: [File]

  package init(
    name: String, summary: String, license: String, attribution: String, labelNames: [String], mirrors: [String],
    files: [File]
  ) {
    (self.name, self.summary, self.license, self.attribution) = (name, summary, license, attribution)
    (self.labelNames, self.mirrors, self.files) = (labelNames, mirrors, files)
  }

  package static let all = [mnist, fashion, kuzushiji]

  private static func files(_ entries: [(String, Int, String, String?)]) -> [File] {
    entries.map { File(name: $0.0, packedBytes: $0.1, packedHash: $0.2, contentHash: $0.3) }
  }

  private static let mnist = KnownSet(
    name: "mnist", summary: "70,000 handwritten digits, 28×28", license: "CC BY-SA 3.0",
    attribution: "Y. LeCun, C. Cortes, C. Burges", labelNames: (0..<10).map(String.init),
    mirrors: [
      "https://ossci-datasets.s3.amazonaws.com/mnist", "https://storage.googleapis.com/cvdf-datasets/mnist",
    ],
    files: files([
      (
        "train-images-idx3-ubyte", 9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
      ),
      (
        "train-labels-idx1-ubyte", 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
      ),
      (
        "t10k-images-idx3-ubyte", 1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
      ),
      (
        "t10k-labels-idx1-ubyte", 4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
      ),
    ]))

  private static let fashion = KnownSet(
    name: "fashion-mnist", summary: "70,000 articles of clothing, 28×28", license: "MIT", attribution: "Zalando SE",
    labelNames: [
      "T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
    ],
    mirrors: [
      "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
      "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
    ],
    files: files([
      (
        "train-images-idx3-ubyte", 26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", nil
      ),
      ("train-labels-idx1-ubyte", 29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", nil),
      ("t10k-images-idx3-ubyte", 4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", nil),
      ("t10k-labels-idx1-ubyte", 5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", nil),
    ]))

  private static let kuzushiji = KnownSet(
    name: "kmnist", summary: "70,000 cursive Japanese characters, 28×28", license: "CC BY-SA 4.0",
    attribution: "KMNIST Dataset (created by CODH), adapted from Kuzushiji Dataset (created by NIJL and others)",
    labelNames: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
    mirrors: ["https://codh.rois.ac.jp/kmnist/dataset/kmnist", "http://codh.rois.ac.jp/kmnist/dataset/kmnist"],
    files: files([
      (
        "train-images-idx3-ubyte", 18_165_135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4", nil
      ),
      ("train-labels-idx1-ubyte", 29_497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17", nil),
      ("t10k-images-idx3-ubyte", 3_041_136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5", nil),
      ("t10k-labels-idx1-ubyte", 5_120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c", nil),
    ]))
}
