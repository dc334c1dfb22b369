import Datasets
import Glibc
import Notebook
import SessionCore
import Testing
import VAEngine

/// Every row of a table, not its last or first alone.
@Suite(.serialized) struct TableRowTests {
  private let folder = Folder()

  private func file(_ name: String, _ text: String) throws -> String {
    let file = try #require(fopen(folder.file(name), "w"))
    fputs(text, file)
    fclose(file)
    return folder.file(name)
  }

  private func table(_ name: String, of value: Value?) throws -> Table {
    guard case .report(let report)? = value else { throw Bench.NotFailed() }
    return try #require(report.tables.first { $0.name == name }).table
  }

  /// Means 2, 20 and 4, deviations over n: √(2/3), 10 √(2/3) and √8 of one that is not even.
  @Test func everyColumnHasItsOwnMeanAndDeviation() throws {
    let path = try file("t.csv", "first,second,third,kind\n1,30,0,b\n2,20,6,a\n3,10,6,b\n")
    let bench = try Bench()
    _ = bench.shown("load \(path) as=d target=kind; r = describe d")
    let value = bench.session.state.variables["r"]?.value
    let columns = try table("columns", of: value)
    #expect(columns.rows.map { $0[0] } == [.text("first"), .text("second"), .text("third")])
    let third = (2.0 / 3).squareRoot()
    let wanted: [(Double, Double)] = [(2, third), (20, 10 * third), (4, 8.0.squareRoot())]
    for (row, (mean, deviation)) in zip(columns.rows, wanted) {
      guard case .number(let foundMean) = row[1], case .number(let foundDeviation) = row[2] else {
        throw Bench.NotFailed()
      }
      #expect(abs(foundMean - mean) < 1e-5 && abs(foundDeviation - deviation) < 1e-5, "\(row)")
    }
    // Classes are sorted, and counted one by one.
    let labels = try table("labels", of: value)
    #expect(
      labels.rows.map { $0.last } == [.count(1), .count(2)] && labels.rows.map { $0[0] } == [.count(0), .count(1)])
  }

  @Test func theFirstExamplesHaveTheirOwnNumbers() throws {
    let bench = try Bench()
    _ = bench.shown("d = dataset reshape([1, 2, 3, -4, 0, 1, 7, 7, 10], 3, 3) labels=[2, 0, 1]; h = head d n=2")
    guard case .table(let table)? = bench.session.state.variables["h"]?.value else { throw Bench.NotFailed() }
    #expect(
      table.rows == [
        [.count(0), .count(2), .fixed(2, decimals: 4), .number(1), .number(3)],
        [.count(1), .count(0), .fixed(-1, decimals: 4), .number(-4), .number(1)],
      ])
  }

  @Test func everyEpochIsInTheHistory() throws {
    let bench = try Bench()
    _ = bench.shown("d = dataset uniform(64, 6, seed=1); model m mlp hidden=8 latent=2 seed=1 on=d")
    _ = bench.shown("train m on=d epochs=4 batch=16 schedule=step:2:0.5 validate=0.25;")
    guard case .object(let model as ModelValue)? = bench.session.state.variables["m"]?.value else {
      throw Bench.NotFailed()
    }
    let epochs = model.training.history.epochs
    #expect(epochs.map(\.epoch) == [1, 2, 3, 4] && epochs.map(\.step) == [3, 6, 9, 12])
    _ = bench.shown("h = m.history; losses = h.loss; last = m.loss")
    guard case .table(let table)? = bench.session.state.variables["h"]?.value,
      case .list(let losses)? = bench.session.state.variables["losses"]?.value,
      case .number(let last)? = bench.session.state.variables["last"]?.value
    else { throw Bench.NotFailed() }
    #expect(table.rows.map { $0[0] } == [.count(1), .count(2), .count(3), .count(4)])
    for (value, epoch) in zip(losses, epochs) {
      guard case .number(let loss) = value else { throw Bench.NotFailed() }
      #expect(abs(loss - epoch.loss) < 1e-9)
    }
    #expect(losses.count == 4 && last == epochs[3].loss)
    #expect(zip(epochs.map(\.learningRate), [1e-3, 1e-3, 5e-4, 5e-4]).allSatisfy { abs($0 - $1) < 1e-9 })
  }

  /// Variables in the order of their names, cells in the order they ran.
  @Test func listsAreWholeAndInOrder() throws {
    let bench = try Bench()
    _ = bench.shown("b = 2; a = \"text\"; c = [1, 2, 3]")
    _ = bench.shown("b = 5")
    _ = bench.run("nonsense")
    _ = bench.shown("v = vars")
    guard case .table(let variables)? = bench.session.state.variables["v"]?.value else { throw Bench.NotFailed() }
    #expect(variables.rows.map { $0[0] } == [.text("a"), .text("b"), .text("c")])
    _ = bench.shown("h = history n=3")
    guard case .table(let history)? = bench.session.state.variables["h"]?.value else { throw Bench.NotFailed() }
    #expect(history.rows.map { $0[0] } == [.count(2), .count(3), .count(4)])
    #expect(history.rows.map { $0[1] } == [.text("b = 5"), .text("nonsense"), .text("v = vars")])
  }
}
