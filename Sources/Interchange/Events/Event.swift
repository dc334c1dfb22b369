/// What an event file records at a step: numbers, images and histograms, each under a tag.
/// https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto
package enum EventValue: Sendable {
  case scalar(tag: String, Float)
  case image(tag: String, png: [UInt8], width: Int, height: Int)
  case histogram(tag: String, [Float])
}

/// A message of an event file.
struct Event {
  let seconds: Double
  var step = 0
  var values: [EventValue] = []
  /// Of the first message of a file.
  var version: String?

  var bytes: [UInt8] {
    var event = WireMessage()
    event.double(1, seconds)
    if step != 0 { event.integer(2, step) }
    if let version { event.text(3, version) }
    if !values.isEmpty {
      event.message(5) { summary in
        for value in values { summary.message(1, Self.message(value)) }
      }
    }
    return event.bytes
  }

  private static func message(_ value: EventValue) -> WireMessage {
    var message = WireMessage()
    switch value {
    case .scalar(let tag, let number):
      message.text(1, tag)
      message.float(2, number)
    case .image(let tag, let png, let width, let height):
      message.text(1, tag)
      message.message(4) { image in
        image.integer(1, height)
        image.integer(2, width)
        // RGB.
        image.integer(3, 3)
        image.data(4, png)
      }
    case .histogram(let tag, let values):
      message.text(1, tag)
      message.message(5, histogram(values))
    }
    return message
  }

  private static let binCount = 40

  /// Minimum, maximum, number, sum and sum of squares, then counts of equal bins with their upper limits. What is not
  /// finite is left out.
  private static func histogram(_ values: [Float]) -> WireMessage {
    let finite = values.filter(\.isFinite).map(Double.init)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 0)
    let width = high > low ? (high - low) / Double(binCount) : 0
    let bins = width > 0 ? binCount : 1
    var counts = [Double](repeating: 0, count: bins)
    for value in finite { counts[width > 0 ? min(Int((value - low) / width), bins - 1) : 0] += 1 }
    var message = WireMessage()
    message.double(1, low)
    message.double(2, high)
    message.double(3, Double(finite.count))
    message.double(4, finite.reduce(0, +))
    message.double(5, finite.reduce(0) { $0 + $1 * $1 })
    message.doubles(6, (1...bins).map { $0 == bins ? high : low + Double($0) * width })
    message.doubles(7, counts)
    return message
  }
}
