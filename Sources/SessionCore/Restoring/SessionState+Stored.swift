import WorkspaceStore

extension Variable: StorableVariable {
  package var summary: String { value.summary }

  package func stored() throws -> StoredValue { try value.stored() }

  package var metrics: MetricHistory? {
    guard case .object(let object) = value else { return nil }
    return object.metrics
  }
}

extension SessionState: StorableState {
  package var storedSettings: [String: String] { settings.stored }
}

extension Settings {
  /// As texts by key.
  package var stored: [String: String] {
    var stored = ["format": format.rawValue, "time": String(showsTime), "seed": String(seed), "draws": String(draws)]
    stored["threads"] = threads.map(String.init)
    for (key, value) in plot { stored["plot." + key] = value }
    for (key, value) in logs { stored["log." + key] = value }
    return stored
  }

  package init(stored: [String: String]) {
    format = stored["format"].flatMap { ResultFormat(rawValue: $0) } ?? .text
    showsTime = stored["time"] == "true"
    seed = stored["seed"].flatMap { UInt64($0) } ?? 0
    draws = stored["draws"].flatMap { UInt64($0) } ?? 0
    threads = stored["threads"].flatMap { Int($0) }.flatMap { Self.threadCounts.contains($0) ? $0 : nil }
    for (key, value) in stored where key.hasPrefix("plot.") { plot[String(key.dropFirst(5))] = value }
    for (key, value) in stored where key.hasPrefix("log.") { logs[String(key.dropFirst(4))] = value }
  }
}
