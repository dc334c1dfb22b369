// swift-tools-version: 6.2
import PackageDescription

// Dependencies point down only; a target imports what it names and nothing else.
// C and C++ stay behind a C ABI, one small target per library.

// `make fuzz-parsers`: C that parses is watched for undefined behavior; the kernels, which take most of an hour to compile
// under a sanitizer and parse nothing, are left as they are.
let isFuzzing = Context.environment["ELBO_FUZZING"] != nil
let watched: [CSetting] = isFuzzing ? [.unsafeFlags(["-fsanitize=undefined", "-fsanitize-trap=undefined"])] : []
let unwatched: [CXXSetting] = isFuzzing ? [.unsafeFlags(["-fno-sanitize=all", "-fno-sanitize-coverage=edge"])] : []

let package = Package(
  name: "elbo",
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
  ],
  targets: [
    // Kernels: C ABI over the thread team, SIMD loops and oneDNN primitives.
    .target(name: "CTeam"),
    .target(
      name: "CHighway",
      // Processors with SSSE3 but not SSE4 are too rare to compile for.
      cxxSettings: [
        .headerSearchPath("."), .define("HWY_SHARED_DEFINE"), .define("HWY_DISABLED_TARGETS", to: "HWY_SSSE3"),
      ] + unwatched,
      linkerSettings: [.linkedLibrary("hwy")]),
    // Opened at run time, when oneDNN is first asked for: it takes 20 ms to load, and our own kernels need none of it.
    .target(name: "COneDNN", linkerSettings: [.linkedLibrary("gomp"), .linkedLibrary("dl")]),

    // Data that ship with the program, and decoders.
    // The sessions of sessions/, embedded by the compiler.
    .target(name: "CLessons"),
    .target(name: "CDigits", exclude: ["make-digits.py"], cSettings: [.headerSearchPath("data")]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZip", providers: [.apt(["libzip-dev"])]),
    .target(
      name: "CImages",
      cSettings: watched,
      linkerSettings: [
        .linkedLibrary("spng"), .linkedLibrary("jpeg"), .linkedLibrary("gif"), .linkedLibrary("m"),
        .linkedLibrary("dl"),
      ]),
    // Opens libhdf5 when the first of its files is read.
    .target(name: "CHDF5", cSettings: watched, linkerSettings: [.linkedLibrary("dl")]),
    // Loads libcurl when the first download starts.
    .target(name: "CTransfer"),

    // Text: widths, numbers, what may be printed.
    .systemLibrary(name: "CUTF8Proc", providers: [.apt(["libutf8proc-dev"])]),
    .target(name: "Text", dependencies: ["CUTF8Proc"]),
    // The system: files, locks, processes, threads.
    .target(name: "CSignals"),
    .target(name: "POSIX", dependencies: ["CSignals"]),
    .target(name: "JSONText", dependencies: ["Text"]),
    // Opens libelbo-mpi.so, which `make mpi` builds, when a launcher of MPI programs started us.
    .target(name: "CMPI", exclude: ["library"], linkerSettings: [.linkedLibrary("dl")]),

    // The command language: source text, lexer, parser, diagnostics.
    .target(name: "Language", dependencies: ["Text"]),

    // Engine: storage, symbolic graph, compiled programs.
    .target(name: "Tensors", dependencies: ["Text", "POSIX"]),
    .target(name: "Graphs", dependencies: ["Tensors", "CTeam", "CHighway", "COneDNN"]),
    // Processes that train one model together.
    .target(name: "ProcessGroups", dependencies: ["Tensors", "CMPI", "CTeam"]),

    .target(
      name: "Datasets",
      dependencies: [
        "Tensors", "Text", "POSIX", "CTeam", "CHighway", "CDigits", "CZlib", "CZip", "CImages", "CHDF5", "CTransfer",
        "CCrypto",
      ]),

    // Formats of other programs: ONNX, TensorBoard's events, on a writer of protocol buffers.
    .target(name: "Interchange", dependencies: ["Graphs", "Tensors", "POSIX"]),

    // Models: architectures as data, objectives, training, measures.
    .target(name: "Networks", dependencies: ["Graphs", "Tensors"]),
    .target(
      name: "VAEngine", dependencies: ["Interchange", "Networks", "Graphs", "ProcessGroups", "Tensors", "Text"]),

    .target(name: "Benchmarks", dependencies: ["Networks", "Graphs", "Tensors", "Figures", "Rendering"]),

    // Product: figures, the notebook.
    .target(
      name: "CGnuplot", linkerSettings: [.linkedLibrary("boost_iostreams"), .linkedLibrary("boost_filesystem")]),
    .target(name: "Figures", dependencies: ["Text", "CImages"]),
    .target(name: "Rendering", dependencies: ["Figures", "POSIX", "Text", "CGnuplot"]),
    .target(
      name: "WorkspaceStore",
      dependencies: [
        "Language", "JSONText", "Tensors", "Text", "POSIX", .product(name: "GRDB", package: "GRDB.swift"),
      ],
      exclude: ["STORE.md"]),
    .target(
      name: "SessionCore",
      dependencies: [
        "Language", "JSONText", "POSIX", "WorkspaceStore", "Figures", "Rendering", "SessionFiles", "Text", "Tensors",
        "ProcessGroups", "CLessons",
      ]),
    // Commands, and what only they see together: engine and data.
    .target(
      name: "Notebook",
      dependencies: [
        "SessionFiles",
        "SessionCore", "Language", "JSONText", "POSIX", "WorkspaceStore", "Figures", "Rendering", "Text", "Tensors",
        "Graphs",
        "Interchange", "Networks", "VAEngine", "Datasets", "ProcessGroups",
      ]),

    // The kernel: Jupyter messages, one dispatcher, stdio and ZeroMQ transports.
    // Opens libzmq, and the dozen libraries it brings along, when Jupyter's kernel starts.
    .target(name: "CZeroMQ", linkerSettings: [.linkedLibrary("dl")]),
    .systemLibrary(name: "CCrypto", providers: [.apt(["libssl-dev"])]),
    .target(
      name: "Kernel",
      dependencies: [
        "SessionCore",
        "WorkspaceStore", "Language", "JSONText", "POSIX", "Notebook", "Figures", "Tensors", "Text",
        "CZeroMQ", "CCrypto",
      ],
      exclude: ["PROTOCOL.md"]),

    // Front ends: the terminal, session files, the program.
    .target(name: "CReadline", linkerSettings: [.linkedLibrary("readline")]),
    .target(name: "SessionFiles", dependencies: ["Text"]),
    .target(
      name: "Terminal",
      dependencies: ["SessionCore", "POSIX", "Rendering", "Tensors", "Text", "CReadline", "CSignals"]),
    .target(
      name: "FrontEnds",
      dependencies: [
        "SessionCore",
        "Notebook", "Kernel", "WorkspaceStore", "Figures", "Rendering", "SessionFiles", "Language", "Terminal",
        "Graphs", "Tensors", "JSONText", "POSIX", "Text", "ProcessGroups", "CTeam",
      ]),
    .executableTarget(
      name: "elbo",
      dependencies: [
        "SessionCore",
        "FrontEnds", "Notebook", "Kernel", "Terminal", "Rendering", "SessionFiles", "Benchmarks", "Datasets",
        "JSONText", "POSIX", "Text", "CSignals", "ProcessGroups",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // What a program of one's own looks like.
    .executableTarget(
      name: "train-and-interpolate",
      dependencies: ["VAEngine", "Networks", "Datasets", "Figures", "Rendering", "Tensors"],
      path: "examples/library"),

    .testTarget(name: "TextTests", dependencies: ["Text"]),
    .testTarget(name: "POSIXTests", dependencies: ["POSIX"]),
    .testTarget(name: "ProcessGroupsTests", dependencies: ["ProcessGroups"]),
    .testTarget(name: "JSONTextTests", dependencies: ["JSONText"]),
    .testTarget(name: "LanguageTests", dependencies: ["Language"]),
    .testTarget(name: "SessionFilesTests", dependencies: ["SessionFiles"]),
    .testTarget(name: "TerminalTests", dependencies: ["POSIX", "SessionCore", "Terminal", "Text"]),
    .testTarget(
      name: "KernelTests", dependencies: ["SessionCore", "WorkspaceStore", "JSONText", "Kernel", "Notebook"]),
    .testTarget(name: "FiguresTests", dependencies: ["Figures"]),
    .testTarget(name: "InterchangeTests", dependencies: ["Interchange", "Graphs", "Tensors"]),
    .testTarget(
      name: "RenderingTests", dependencies: ["Figures", "Rendering", "Text", "CZlib"], exclude: ["Expected"]),
    .target(
      name: "Fuzzing",
      dependencies: ["Datasets", "JSONText", "Language", "Networks", "SessionFiles", "Tensors"],
      path: "Tests/Fuzzing", exclude: ["Cases"]),
    .executableTarget(name: "parser-fuzz", dependencies: ["Fuzzing"], path: "Tests/ParserFuzz", exclude: ["search.sh"]),
    .executableTarget(
      name: "tensor-files", dependencies: ["Tensors", "Fuzzing"], path: "Tests/Conformance/TensorFiles"),
    .testTarget(name: "TensorsTests", dependencies: ["POSIX", "Tensors", "Fuzzing"], exclude: ["Corpus"]),
    .executableTarget(
      name: "dataset-files", dependencies: ["Datasets", "Tensors", "Fuzzing"], path: "Tests/Conformance/DatasetFiles"),
    .testTarget(
      name: "DatasetsTests", dependencies: ["Datasets", "Tensors", "Fuzzing", "CAllocations"],
      exclude: ["Corpus", "HDF5"]),
    .testTarget(
      name: "NotebookTests",
      dependencies: [
        "SessionCore",
        "WorkspaceStore", "Networks", "Graphs", "Language", "JSONText", "Notebook", "Figures", "Rendering", "Tensors",
        "Text", "Datasets", "VAEngine",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "VAEngineTests",
      dependencies: ["VAEngine", "Networks", "Graphs", "ProcessGroups", "Datasets", "Tensors", "CAllocations"],
      exclude: ["Fixtures"]),
    .target(name: "CAllocations", path: "Tests/Allocations"),
    .testTarget(
      name: "GraphsTests", dependencies: ["Graphs", "Tensors", "CAllocations", "CHighway", "CTeam"],
      exclude: ["Fixtures"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
