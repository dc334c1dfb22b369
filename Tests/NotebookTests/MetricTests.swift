import GRDB
import Notebook
import SessionCore
import Testing

/// The table of training steps that people query.
@Suite(.serialized) struct MetricTests {
  let folder = Folder()

  private func bench() throws -> Bench {
    let bench = try Bench(SessionOptions(workspace: folder.file("w.elbodb")))
    _ = bench.shown("d = dataset uniform(64, 6, seed=1); model m mlp hidden=4 latent=2 seed=1")
    return bench
  }

  private func query<T: DatabaseValueConvertible>(_ sql: String, as type: T.Type = T.self) throws -> [T] {
    var configuration = Configuration()
    configuration.readonly = true
    return try DatabaseQueue(path: folder.file("w.elbodb"), configuration: configuration).inDatabase {
      try T.fetchAll($0, sql: sql)
    }
  }

  @Test func everyStepIsThereWithItsPlaceInTheEpochs() throws {
    let bench = try bench()
    _ = bench.shown("train m on=d epochs=2 batch=16 validate=0.25 seed=1;")
    let steps = try query(
      "SELECT step FROM metrics WHERE model = 'm' AND split = 'train' AND name = 'loss'", as: Int.self)
    #expect(steps == Array(1...6))
    let places = try query(
      "SELECT epoch FROM metrics WHERE model = 'm' AND name = 'kl' ORDER BY step", as: Double.self)
    #expect(places.map { ($0 * 3).rounded() } == [1, 2, 3, 4, 5, 6])
    #expect(try query("SELECT count(*) FROM metrics WHERE split = 'validation'", as: Int.self) == [2])
    #expect(try query("SELECT DISTINCT unit FROM metrics", as: String.self) == ["nats/example"])
  }

  @Test func aLongTrainingIsNotThinned() throws {
    let bench = try bench()
    _ = bench.shown("train m on=d epochs=1200 batch=8 seed=1;")
    #expect(try query("SELECT count(*) FROM metrics WHERE model = 'm' AND name = 'loss'", as: Int.self) == [9600])
  }

  @Test func undoneAndReplacedTrainingsLeaveNoSteps() throws {
    let bench = try bench()
    _ = bench.shown("train m on=d epochs=2 batch=16 seed=1;\ntrain m epochs=+1;")
    #expect(try query("SELECT max(step) FROM metrics", as: Int.self) == [12])
    _ = bench.shown("undo")
    #expect(try query("SELECT max(step) FROM metrics", as: Int.self) == [8])
    _ = bench.shown("model m mlp hidden=4 latent=2 seed=2")
    #expect(try query("SELECT count(*) FROM metrics", as: Int.self) == [0])
    _ = bench.shown("undo")
    #expect(try query("SELECT max(step) FROM metrics WHERE model = 'm'", as: Int.self) == [8])
  }

  @Test func aModelThatCameAnotherWayBringsItsRecord() throws {
    let bench = try bench()
    _ = bench.shown("train m on=d epochs=2 batch=16 validate=0.25 seed=1;\nm2 = fork m")
    let sql = "SELECT value FROM metrics WHERE model = '%' ORDER BY split, name, step"
    #expect(
      try query(sql.replacing("%", with: "m2"), as: Double.self)
        == query(sql.replacing("%", with: "m"), as: Double.self))
    let other = try Bench()
    _ = other.shown("d = dataset uniform(64, 6, seed=1); model k mlp hidden=4 latent=2 seed=1; train k on=d epochs=1")
    _ = other.shown("save session \(folder.file("later.elbodb"))")
    let later = try DatabaseQueue(path: folder.file("later.elbodb")).inDatabase {
      try Int.fetchOne($0, sql: "SELECT count(*) FROM metrics WHERE model = 'k' AND name = 'loss'")
    }
    #expect(later == 1)
  }
}
