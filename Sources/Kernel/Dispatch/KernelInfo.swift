import JSONText
import SessionCore

/// The content of kernel_info_reply.
package enum KernelInfo {
  /// The extension of script files.
  package static let fileExtension = ".elbo"
  package static let mimeType = "text/x-elbo"

  /// - Parameter remarks: What a person should know; the banner ends with them.
  static func content(_ session: Session, _ remarks: [String] = []) -> JSON {
    let version = session.options.version
    // Comments, strings, numbers and names look alike in Python, which every highlighter knows.
    return .members([
      "status": .string("ok"), "protocol_version": .string(Headers.protocolVersion),
      "implementation": .string("elbo"), "implementation_version": .string(version),
      "language_info": .members([
        "name": .string("elbo"), "version": .string(version), "mimetype": .string(mimeType),
        "file_extension": .string(fileExtension), "pygments_lexer": .string("python"),
        "codemirror_mode": .string("python"), "nbconvert_exporter": .string("script"),
      ]),
      "banner": .string(
        (["elbo \(version): a notebook for variational autoencoders. Try: load digits as=d"] + remarks)
          .joined(separator: "\n")),
      "debugger": .bool(false), "supported_features": .array([]),
      "help_links": .array([
        .members([
          "text": .string("Auto-encoding variational Bayes"), "url": .string("https://arxiv.org/abs/1312.6114"),
        ])
      ]),
    ])
  }
}
