import Glibc
import POSIX
import SessionCore
import Text

/// Libraries that are opened when they are first needed.
enum LibraryChecks {
  private struct Library {
    let name: String
    let files: [String]
    let purpose: String
    let package: String
  }

  private static let all = [
    Library(
      name: "oneDNN", files: ["libdnnl.so.3", "libdnnl.so.2"], purpose: "bench --backend onednn", package: "libdnnl-dev"
    ),
    Library(name: "HDF5", files: hdf5, purpose: "loading .h5, .h5ad and .mat files", package: "libhdf5-dev"),
    Library(
      name: "curl", files: ["libcurl.so.4", "libcurl-gnutls.so.4"], purpose: "downloading datasets",
      package: "libcurl4-openssl-dev"),
    Library(name: "TIFF", files: ["libtiff.so.6", "libtiff.so.5"], purpose: "TIFF images", package: "libtiff-dev"),
    Library(name: "WebP", files: ["libwebp.so.7"], purpose: "WebP images", package: "libwebp-dev"),
  ]

  private static let hdf5 = [
    "libhdf5_serial.so.103", "libhdf5_serial.so.310", "libhdf5.so.103", "libhdf5.so.200", "libhdf5.so.310",
    "libhdf5.so",
  ]

  static var lines: [MachineReport.Line] {
    all.map { library in
      for file in library.files {
        guard let handle = dlopen(file, RTLD_NOW | RTLD_LOCAL) else { continue }
        dlclose(handle)
        return MachineReport.Line("libraries", library.name, file)
      }
      return .init(
        "libraries", library.name, .remark, "not found: \(library.purpose) will not work",
        fix: "apt-get install \(library.package)")
    }
  }
}

/// gnuplot and what it can draw to.
enum GnuplotCheck {
  static func lines(_ process: ProcessContext) -> [MachineReport.Line] {
    let install = "apt-get install gnuplot-nox"
    let command = "gnuplot -e 'print GPVAL_VERSION, \" \", GPVAL_PATCHLEVEL; print GPVAL_TERMINALS' 2>&1"
    guard let (text, status) = CapturedShell.run(command, isUnwanted: { false }), status == 0 else {
      return [.init("gnuplot", "program", .missing, "not found: figures cannot be drawn", fix: install)]
    }
    let lines = text.split(separator: "\n").map(String.init)
    guard lines.count > 1 else {
      return [.init("gnuplot", "program", .missing, "it does not answer: \(text)", fix: install)]
    }
    let terminals = Set(lines[1].split(separator: " ").map(String.init))
    var found: [MachineReport.Line] = [.init("gnuplot", "program", "version \(lines[0])")]
    func line(_ name: String, _ any: [String], _ purpose: String, _ verdict: MachineReport.Verdict) {
      let own = any.filter(terminals.contains)
      found.append(
        own.isEmpty
          ? .init("gnuplot", name, verdict, "no terminal for \(purpose)", fix: install)
          : .init("gnuplot", name, own.joined(separator: ", ")))
    }
    line("PNG", ["pngcairo", "png"], "PNG files", .missing)
    line("SVG", ["svg"], "SVG files", .missing)
    line("PDF", ["pdfcairo", "pdf"], "PDF files", .remark)
    line("text", ["dumb"], "figures as text", .missing)
    let windows = ["qt", "wxt", "x11"].filter(terminals.contains)
    let hasDisplay = process.environment["DISPLAY"] != nil || process.environment["WAYLAND_DISPLAY"] != nil
    found.append(
      .init(
        "gnuplot", "windows",
        (windows.isEmpty ? "none" : windows.joined(separator: ", ")) + (hasDisplay ? "" : ", and there is no display")))
    return found
  }
}

/// Folders that the program reads and writes.
enum FolderChecks {
  static func lines(_ process: ProcessContext) -> [MachineReport.Line] {
    var lines = [
      written("settings", process.configurationFolder), written("history, recovery", process.stateFolder),
      written("downloads", process.cacheFolder), written("temporary files", process.environment["TMPDIR"] ?? "/tmp"),
    ]
    let folders = process.environment["ELBO_DATA"]?.split(separator: ":").map(String.init) ?? []
    if folders.isEmpty { lines.append(.init("folders", "ELBO_DATA", "not set: datasets are downloaded when needed")) }
    for folder in folders {
      let isThere = access(folder, R_OK | X_OK) == 0
      lines.append(
        .init(
          "folders", "ELBO_DATA", isThere ? .ok : .missing, isThere ? contents(folder) : "\(folder): \(SystemError())",
          fix: isThere ? nil : "Correct ELBO_DATA, or make the folder."))
    }
    return lines
  }

  private static func contents(_ folder: String) -> String {
    let sets = PathCompletion.entries(folder + "/", home: nil).filter(\.isFolder)
      .map { String($0.path.dropFirst(folder.count + 1).dropLast()) }
    return sets.isEmpty ? "\(folder), which holds no dataset" : "\(folder): \(sets.joined(separator: ", "))"
  }

  /// Whether a folder, or the nearest one above it that is there, can be written, and how much room there is.
  private static func written(_ name: String, _ folder: String) -> MachineReport.Line {
    var place = folder
    while access(place, F_OK) != 0, let slash = place.lastIndex(of: "/"), slash != place.startIndex {
      place = String(place[..<slash])
    }
    guard access(place, W_OK | X_OK) == 0 else {
      return .init(
        "folders", name, .missing, "\(folder): \(SystemError())",
        fix: "Give this user access to \(place), or set another folder (man elbo, ENVIRONMENT).")
    }
    var space = statvfs()
    guard statvfs(place, &space) == 0 else { return .init("folders", name, folder) }
    let free = Int(space.f_bavail) * Int(space.f_frsize)
    let isShort = free < 100 << 20
    return .init(
      "folders", name, isShort ? .remark : .ok, "\(folder), \(NumberText.bytes(free)) free",
      fix: isShort ? "Make room: a workspace of one model takes a few megabytes." : nil)
  }
}
