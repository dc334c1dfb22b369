import Text

/// How much room text takes in a picture, in pixels: what gnuplot is not asked for and does not tell.
///
/// Widths are those of DejaVu Sans at the usual 14 points, which is what "Sans" is where nothing else is installed;
/// other sans-serif faces are narrower.
enum TextMetrics {
  /// The em of 14 points at 96 dots per inch.
  private static let em = 14 * 96.0 / 72
  /// How much smaller an exponent is.
  private static let exponent = 0.8

  /// A number along an axis as `set format '%h'` writes it: 0.075, 14477, −3.5×10⁻¹⁰.
  static func width(ofNumber value: Double) -> Int {
    let text = NumberText.format("%g", value)
    let parts = text.split(separator: "e")
    var width = advance(parts.first ?? "")
    if parts.count > 1 {
      // e-09 is ×10⁻⁹.
      let power = Int(parts[1]).map(String.init) ?? String(parts[1])
      width += advance("×10") + exponent * advance(power[...])
    }
    return Int((width * em).rounded(.up))
  }

  /// In ems.
  private static func advance(_ text: Substring) -> Double {
    text.reduce(0) { sum, letter in
      switch letter {
      case ".": sum + 0.32
      case "-", "+", "×": sum + 0.84
      default: sum + 0.64
      }
    }
  }
}
