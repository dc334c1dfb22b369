import SessionCore
import Tensors

/// Gray images as characters, side by side.
enum Thumbnails {
  /// The first images of `[N, C, H, W]` that fit into `width` columns; nil when they are not small images.
  static func text(_ images: Tensor, width: Int) throws -> String? {
    guard images.shape.rank == 4, images.shape[2] <= 64, images.shape[3] <= 64, images.shape[0] > 0 else { return nil }
    let (channels, height, columns) = (images.shape[1], images.shape[2], images.shape[3])
    let fits = max(1, (width + 2) / (columns + 2))
    let shades = Array(" .:-=+*#%@")
    var values = images.elements(as: Float.self)
    // Values outside [0, 1] are scaled to the range from the smallest to the largest of them.
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    if low < 0 || high > 1, high > low { values = values.map { ($0 - low) / (high - low) } }
    // A character is twice as high as wide: two rows of pixels become one of text.
    return stride(from: 0, to: height, by: 2).map { y in
      (0..<min(fits, images.shape[0])).map { image in
        String(
          (0..<columns).map { x -> Character in
            var total: Float = 0
            var samples: Float = 0
            for channel in 0..<channels {
              for row in y..<min(y + 2, height) {
                total += values[((image * channels + channel) * height + row) * columns + x]
                samples += 1
              }
            }
            let share = min(max(total / max(samples, 1), 0), 1)
            return shades[min(Int(share * 10), 9)]
          })
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}
