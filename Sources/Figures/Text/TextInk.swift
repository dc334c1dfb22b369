/// What a mark in characters is drawn with: a color, and a shape that tells it from others where there is none.
///
/// The colors are Okabe and Ito's ("Color Universal Design", 2008), which people with any kind of color vision tell apart;
/// in 256 colors the nearest of the cube, the first one step lighter, so that it is read on black and on white; a gray has the
/// place of black, and a ninth and a tenth, for digits, are of Paul Tol's sets.
package enum TextInk: Sendable, Equatable {
  /// The terminal's own color.
  case plain
  case bold
  /// Axes and what explains.
  case faint
  /// One of several lines or classes, by its place.
  case series(Int)
  /// A class's name.
  case name(Int)
  /// Of a scale of colors.
  case rgb(UInt8, UInt8, UInt8)

  private struct Tone {
    let rgb: (Int, Int, Int)
    let palette: Int
    let basic: Int
  }

  private static let tones: [Tone] = [
    Tone(rgb: (0x00, 0x72, 0xB2), palette: 32, basic: 94), Tone(rgb: (0xD5, 0x5E, 0x00), palette: 166, basic: 31),
    Tone(rgb: (0x00, 0x9E, 0x73), palette: 36, basic: 32), Tone(rgb: (0xE6, 0x9F, 0x00), palette: 178, basic: 33),
    Tone(rgb: (0x56, 0xB4, 0xE9), palette: 74, basic: 96), Tone(rgb: (0xCC, 0x79, 0xA7), palette: 175, basic: 35),
    Tone(rgb: (0xF0, 0xE4, 0x42), palette: 227, basic: 93), Tone(rgb: (0x99, 0x99, 0x99), palette: 246, basic: 37),
    Tone(rgb: (0xAA, 0x33, 0x77), palette: 132, basic: 91), Tone(rgb: (0x99, 0x99, 0x33), palette: 100, basic: 92),
  ]

  /// How many colors there are; further places begin again, with another shape.
  package static let count = tones.count

  /// Shapes, the first for the first color: with ten colors and nine shapes no two of the first 90 places share both.
  private static let shapes: [Character] = ["●", "▲", "■", "◆", "○", "△", "□", "◇", "★"]
  private static let asciiShapes: [Character] = ["*", "o", "+", "x", "#", "@", "%", "&", "="]

  /// The shape of a place.
  package static func shape(_ place: Int, _ characters: TextCharacters) -> Character {
    let shapes = characters == .ascii ? asciiShapes : shapes
    return shapes[((place % shapes.count) + shapes.count) % shapes.count]
  }

  /// The parameters of the escape sequence that begins it; nil where the terminal's own color does.
  package func code(_ color: TextColor) -> String? {
    if color == .none { return nil }
    switch self {
    case .plain: return nil
    case .bold: return "1"
    case .faint: return color == .basic ? "37" : color == .palette ? "38;5;244" : "38;2;128;128;128"
    case .series(let place): return Self.code(of: place, color)
    case .name(let place): return "1;" + Self.code(of: place, color)
    case .rgb(let red, let green, let blue):
      return Self.code(of: [red, green, blue], color)
    }
  }

  private static func code(of place: Int, _ color: TextColor) -> String {
    let tone = tones[((place % count) + count) % count]
    switch color {
    case .none, .basic: return String(tone.basic)
    case .palette: return "38;5;\(tone.palette)"
    case .full: return "38;2;\(tone.rgb.0);\(tone.rgb.1);\(tone.rgb.2)"
    }
  }

  /// The parameters for a color of pixels: its own, or the nearest of the cube and the grays, or of the eight colors and
  /// their bright forms.
  package static func code(of color: [UInt8], _ depth: TextColor, isBackground: Bool = false) -> String {
    let ground = isBackground ? "48;" : "38;"
    if depth == .full { return ground + "2;\(color[0]);\(color[1]);\(color[2])" }
    if depth == .basic {
      let brightest = color.max() ?? 0
      let half = max(48, brightest / 2)
      let bits = (color[0] > half ? 1 : 0) + (color[1] > half ? 2 : 0) + (color[2] > half ? 4 : 0)
      let isBright = brightest > 170 && bits != 7 || brightest > 220 || bits == 7 && brightest < 110
      // Dark gray is bright black.
      let number = bits == 7 && brightest < 110 ? 0 : bits
      return String((isBackground ? 40 : 30) + number + (isBright ? 60 : 0))
    }
    if color[0] == color[1], color[1] == color[2] {
      // 24 grays, black and white.
      let level = Int(color[0])
      return ground + "5;" + String(level < 4 ? 16 : level > 246 ? 231 : 232 + (level - 4) * 24 / 243)
    }
    let cube = color.map { (Int($0) * 5 + 127) / 255 }
    return ground + "5;\(16 + 36 * cube[0] + 6 * cube[1] + cube[2])"
  }
}
