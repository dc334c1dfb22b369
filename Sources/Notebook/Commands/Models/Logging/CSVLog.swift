import Glibc
import POSIX
import Tensors
import Text
import WorkspaceStore

/// A file with a line for every number of a training, as the metrics of a workspace have them: whatever terms a model has,
/// `pandas.read_csv(…).pivot_table(index="step", columns=["split", "name"], values="value")` makes columns of them. Later
/// trainings are appended.
final class CSVLog: TrainingLog {
  static let header = "time,model,split,name,step,epoch,value,unit"

  private let path: String
  private let descriptor: Int32

  init(path: String) throws(FileError) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(path: path, reason: SystemError().description) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileError(path: path, reason: "not a regular file")
    }
    guard status.st_size > 0 else {
      try write([Self.header])
      return
    }
    var first = [UInt8](repeating: 0, count: Self.header.utf8.count)
    guard pread(descriptor, &first, first.count, 0) == first.count, first == Array(Self.header.utf8) else {
      close(descriptor)
      throw FileError(path: path, reason: "it is no log of elbo", fix: "Choose another file.")
    }
  }

  deinit { close(descriptor) }

  func add(_ rows: [MetricRow], seconds: Double) throws {
    let time = NumberText.fixed(seconds, decimals: 3)
    try write(
      rows.map { row in
        let epoch = NumberText.short(row.epoch, digits: 9)
        let value = row.value.isFinite ? "\(row.value)" : ""
        let fields = [time, CSVText.field(row.model), row.split, row.name, "\(row.step)", epoch, value, row.unit]
        return fields.joined(separator: ",")
      })
  }

  func add(_ moment: LoggedEpoch) throws { try add(moment.rows, seconds: moment.seconds) }

  /// Whole lines in one write: a program that follows the file sees no half of one.
  private func write(_ lines: [String]) throws(FileError) {
    let failure = Array((lines.joined(separator: "\n") + "\n").utf8).withUnsafeBytes {
      Descriptor.write($0, to: descriptor)
    }
    guard failure == 0 else { throw FileError(path: path, reason: SystemError(failure).description) }
  }
}
