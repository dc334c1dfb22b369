import ProcessGroups
import Rendering

/// What a front end decides before a session starts. Nothing below reads the environment, so its values come in here.
package struct SessionOptions: Sendable {
  /// The workspace file; nil keeps everything in memory.
  package var workspace: String?
  /// Opens the workspace read-only.
  package var readOnly = false
  /// Random seed until `seed N` sets another; nil for a workspace's own, 0 in a new session.
  package var seed: UInt64?
  /// Threads of the engine; nil for one per core.
  package var threads: Int?
  /// Where downloaded datasets are kept.
  package var cacheDirectory: String?
  /// Where datasets are looked for before they are downloaded (`$ELBO_DATA`).
  package var dataDirectories: [String] = []
  /// Folders where files to read are looked for when the working folder does not have them.
  package var inputDirectories: [String] = []
  /// The only folder where files may be written, with whole path; nil for anywhere. Workspaces from elsewhere are then
  /// opened as copies in it.
  package var outputDirectory: String?
  /// What standard input is to `load -`.
  package var standardInput = StandardInput.none
  /// Whether datasets may be downloaded.
  package var allowsDownloads = true
  /// Where programs for `!` are found, for completion (`$PATH`).
  package var programDirectories: [String] = []
  /// The folder that replaces `~` in paths.
  package var homeDirectory: String?
  /// Whether abbreviated verbs are accepted, as at a prompt; scripts reject them.
  package var isInteractive = false
  /// Version of the program, kept with the workspace.
  package var version = "0.1"

  /// The processes that train together with this one.
  package var group: any ProcessGroup = OneProcess()

  /// Draws figures: one gnuplot, started with the first of them.
  package var renderer = FigureRenderer()

  package init(workspace: String? = nil, seed: UInt64? = nil, readOnly: Bool = false) {
    self.workspace = workspace
    self.seed = seed
    self.readOnly = readOnly
  }
}

/// What comes from standard input.
package enum StandardInput: Sendable {
  /// Data that a command may read: the session's commands come from elsewhere.
  case data
  /// The session's commands.
  case commands
  /// Nothing that a command could read, as in notebooks.
  case none
}
