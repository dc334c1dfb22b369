// swift-tools-version: 6.2
import PackageDescription

// Dependencies point down only; a target imports what it names and nothing else.
// C and C++ stay behind a C ABI, one small target per library.
let package = Package(
  name: "elbo",
  targets: [
    // Kernels: C ABI over the thread team, SIMD loops and oneDNN primitives.
    .target(name: "CTeam", linkerSettings: [.linkedLibrary("gomp")]),
    .target(
      name: "CHighway",
      cxxSettings: [.headerSearchPath("."), .define("HWY_SHARED_DEFINE")],
      linkerSettings: [.linkedLibrary("hwy")]),
    .target(name: "COneDNN", linkerSettings: [.linkedLibrary("dnnl")]),

    // Engine: storage, symbolic graph, compiled programs.
    .target(name: "Tensors"),
    .target(name: "Graphs", dependencies: ["Tensors", "CTeam", "CHighway", "COneDNN"]),

    // Product: figures, the notebook.
    .target(name: "Plotting", dependencies: ["Tensors"]),
    .target(name: "Notebook", dependencies: ["Plotting", "Tensors"]),

    .testTarget(name: "TensorsTests", dependencies: ["Tensors"]),
    .testTarget(name: "NotebookTests", dependencies: ["Notebook", "Plotting", "Tensors"]),
    .testTarget(name: "GraphsTests", dependencies: ["Graphs", "Tensors"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
