import Foundation
import Notebook
import SessionCore
import Synchronization
import Testing

/// What a command declares it reads: an option that no code asks for would be accepted and ignored.
@Suite struct DeclaredArgumentTests {
  /// The arguments that executions have read, by verb.
  private final class Log: Sendable {
    private let entries = Mutex<[String: Set<String>]>([:])
    func add(_ verb: String, _ read: [String]) { entries.withLock { $0[verb, default: []].formUnion(read) } }
    func read(by verb: String) -> Set<String> { entries.withLock { $0[verb] ?? [] } }
  }

  /// A front end that keeps transcripts, which the prompt alone does.
  private final class Prompt: FrontEnd {
    let width = 80
    let keepsTranscripts = true
    func emit(_ event: Event) {}
    func ask(_ prompt: String) -> String? { nil }
  }

  private let folder = Folder()

  /// Small data and models that every command can be asked about.
  private static let begin = """
    load digits as=all; d = split all[0..59]; i = d.train[0..3]
    model m mlp hidden=4 latent=2 likelihood=gaussian on=d seed=1; train m on=d epochs=1 batch=30 seed=1
    model a ae mlp hidden=4 latent=2 on=d seed=1; train a on=d epochs=1 batch=30 seed=1
    model c cvae mlp hidden=4 latent=2 likelihood=gaussian on=d seed=1; train c on=d epochs=1 batch=30 seed=1
    z = encode m d.test
    """

  /// Lines that use every argument of every command at least once; some of them fail for the sake of one.
  private static let lines = [
    "datasets", "head z n=2", "describe d", "transform d noise=gaussian:0.3 like=m as=e",
    "transform d shift=0.5 as=e", "transform d flip=both translate=1 rotate=5 brightness=0.1 as=e",
    "load digits as=q", "load sprites n=10 seed=1 as=s",
    "load none.csv labels=l array=a target=t without=w only=a,b header=yes missing=drop as=q",
    "load none.csv sep=tab decimal=comma thousands=point index=no types=a:number as=q",
    "load none.csv categories=codes size=4x4 color=gray background=white broken=skip shape=2x2 as=q",
    "split d train=0.5 seed=1 stratified=yes as=p", "dataset z labels=[1] as=p", "dataset z as=p",
    "transform d binarize=static seed=1 scale=0.5 invert=no standardize=no resize=4x4 crop=2x2 as=e",
    "model n mlp hidden=4 latent=2 likelihood=gaussian sigma=1 activation=relu on=d logvar=-6:2 init=he bias=init "
      + "seed=1",
    "model n encoder=\"dense4\" decoder=\"dense784\" latent=2 on=d", "summary m", "fork m as=m2",
    "train m2 on=d epochs=+1 seeds=1", "train m2 epochs=+1 checkpoint=10s plot=no dry=no",
    "compare m c on=d seed=1", "versus m a on=d n=10 draws=means seed=1", "race m a on=d for=1ms seed=1",
    "compare m on=d published=yes nll=2", "open /none.safetensors into=m map=a=b", "load none.csv format=csv as=q",
    "sweep m on=d beta=1,2 epochs=1 trials=2 for=60s metric=elbo seeds=1 stop=no validate=0.5 seed=1",
    "plot sweep s what=curves n=2", "plot sweep s by=beta",
    "encode m d what=sample seed=1", "decode c z label=1", "reconstruct m d n=2",
    "sample c n=2 seed=1 temperature=1 draws=means label=1",
    "interpolate c d from=#1 to=#2 steps=3 how=lerp label=1",
    "traverse c dim=0 range=-1:1 steps=3 from=z[0] label=1", "manifold c n=2 label=1",
    "denoise m d noise=mask:0.1 n=5 seed=1", "anomaly m d top=2 draws=1 seed=1", "compress m d",
    "evaluate m on=d seed=1 nll=2 quality=yes draws=means features=pixels probe=knn split=yes n=5",
    "kl m on=d seed=1", "doctor m on=d seed=1",
    "disentangle m on=s scores=mig factors=x bins=4 seed=1", "plot disentangle m on=s bins=4",
    "plot loss m on=d terms=total logy=no theme=dark size=90x60 title=t",
    "plot latent m on=d color=none dims=0,1 marginals=no", "plot kl m on=d",
    "plot reconstruct m on=d n=2 errors=yes columns=2", "plot sample c n=2 seed=1 draws=means label=1 columns=2",
    "plot interpolate c d from=#1 to=#2 inputs=no steps=3 how=lerp label=1",
    "plot interpolate c d corners=#1,#2,#3,#4 steps=3 how=lerp label=1", "plot interpolate m on=d from=#1 to=#2",
    "plot traverse c on=d dim=0 range=-1:1 steps=3 label=1", "plot manifold c n=2 label=1",
    "plot grid i n=2 columns=2 augmented=no", "plot rd m on=d", "plot nll m on=d n=2 k=2 seed=1",
    "plot histogram m on=d dims=0 seed=1",
    "plot confusion m on=d", "vars", "show m", "history n=1 all=no x", "transcript on none.session", "drop m2",
    "save m /none/m.safetensors", "save m /none/m.onnx part=decoder",
    "log off tensorboard=/none/a csv=/none/b", "open /none.elbodb read-only=yes new=no", "set m lr=1e-3", "format text",
    "seed 1",
    "report n=2 title=t", "lessons", "lesson nothing",
    "threads 1", "time off", "help train", "examples train", "explain elbo", "undo", "redo", "pwd", "cd /none",
    "watch x y", "watch 5s", "pwd; watch 5s y", "quit",
  ]

  @Test func everyDeclaredArgumentIsRead() throws {
    let log = Log()
    let observed = CommandTable.declared.map { Command($0) { log.add($0, $1) } }
    // Of two commands of a verb the last one counts.
    let table = CommandTable.standard.with(CommandTable.standard.commands + observed)
    var options = SessionOptions()
    options.allowsDownloads = false
    let session = try Session(options, table: table)
    for line in Self.begin.split(separator: "\n") {
      let outcome = session.execute(String(line), frontEnd: Recorder(), interruption: Interruption())
      #expect(outcome.status == .ok, "\(line): \(outcome.status)")
    }
    let file = folder.file("table.csv")
    try "a,b\n1.5,x\n2.5,y\n".write(toFile: file, atomically: true, encoding: .utf8)
    let ofTables = [
      "load \(file) as=t; model tm on=t latent=2 hidden=4; train tm on=t epochs=1 batch=2 seed=1",
      "impute tm t draws=samples hide=0.5 seed=1",
      "load sprites n=60 seed=1 as=shapes; model of mlp hidden=4 latent=2 on=shapes seed=1",
      "disentangle of on=shapes scores=mig factors=x bins=4 seed=1", "plot disentangle of on=shapes bins=4",
    ]
    for line in Self.lines + ofTables { _ = session.execute(line, frontEnd: Prompt(), interruption: Interruption()) }
    for type in CommandTable.declared {
      let verb = Command(type).verb
      let declared = type.init().properties.flatMap { $0.property.declaredNames($0.name) }
      let unread = Set(declared).subtracting(log.read(by: verb))
      #expect(unread.isEmpty, "\(verb): no code reads \(unread.sorted().joined(separator: ", "))")
    }
  }

  private struct Careless: DeclaredCommand {
    static let about = About("careless", family: .session, summary: "s", examples: [.init("careless", "reads one")])
    @Argument(help: "read") var first: String
    @Option(default: 1, help: "ignored") var second: Int
    func run(_ call: Call) -> Value { .string(first) }
  }

  @Test func anArgumentThatIsIgnoredIsNoticed() throws {
    let log = Log()
    let session = try Session(SessionOptions(), table: CommandTable([Command(Careless.self) { log.add($0, $1) }]))
    _ = session.execute("careless x second=2", frontEnd: Recorder(), interruption: Interruption())
    #expect(log.read(by: "careless") == ["first"])
    #expect(Careless().properties.map(\.name) == ["first", "second"])
  }

  /// Counts how often somebody wants to know its arguments.
  private struct Counted: DeclaredCommand {
    static let about = About("counted", family: .session, summary: "s", examples: [.init("counted 1", "one")])
    static let made = Mutex(0)
    @Argument(help: "a number") var first: Int
    init() { Self.made.withLock { $0 += 1 } }
    func run(_ call: Call) -> Value { .number(Double(first)) }
  }

  @Test func argumentsOfACommandAreDeclaredWhenItIsAskedForAndOnce() throws {
    var made: Int { Counted.made.withLock { $0 } }
    let table = CommandTable([Command(Counted.self), Command(Careless.self)])
    let session = try Session(SessionOptions(), table: table)
    func execute(_ line: String) { _ = session.execute(line, frontEnd: Recorder(), interruption: Interruption()) }
    for line in ["1", "careless x", "nope"] { execute(line) }
    #expect(session.complete("counte", cursor: 6).candidates.map(\.text) == ["counted"])
    #expect(session.complete("careless ", cursor: 9).candidates.map(\.text) == ["second="])
    #expect(made == 0)
    for _ in 0..<3 { _ = session.complete("counted ", cursor: 8) }
    #expect(made == 1)
    // A run has an instance of its own.
    execute("counted 1")
    #expect(made == 2)
  }
}
