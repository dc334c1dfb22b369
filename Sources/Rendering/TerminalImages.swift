import Figures
import Foundation

/// Pictures as terminals take them in the stream of text.
package enum TerminalImages {
  package enum Encoding: String, Sendable, CaseIterable { case sixel, kitty, iterm }

  /// DEC's sixels: bands six pixels high, each color of a band a run-length coded line.
  package static func sixel(_ picture: Picture) -> String {
    let palette = IndexedColors([picture], limit: 255)
    let (width, height) = (picture.width, picture.height)
    var out = "\u{1B}P0;1;0q\"1;1;\(width);\(height)"
    for (index, color) in palette.colors.enumerated() {
      let percent = color.map { (Int($0) * 100 + 127) / 255 }
      out += "#\(index);2;\(percent[0]);\(percent[1]);\(percent[2])"
    }
    var bands = [UInt8](repeating: 0, count: palette.colors.count * width)
    for top in stride(from: 0, to: height, by: 6) {
      var present = [Bool](repeating: false, count: palette.colors.count)
      for y in top..<min(top + 6, height) {
        for x in 0..<width {
          let color = Int(palette.indices[y * width + x])
          if !present[color] {
            present[color] = true
            for i in 0..<width { bands[color * width + i] = 0 }
          }
          bands[color * width + x] |= 1 << UInt8(y - top)
        }
      }
      for color in present.indices where present[color] {
        out += "#\(color)" + runs(bands[color * width..<(color + 1) * width]) + "$"
      }
      out += "-"
    }
    return out + "\u{1B}\\"
  }

  private static func runs(_ bits: ArraySlice<UInt8>) -> String {
    var text: [UInt8] = []
    var index = bits.startIndex
    while index < bits.endIndex {
      var end = index
      while end < bits.endIndex, bits[end] == bits[index] { end += 1 }
      let count = end - index
      if end == bits.endIndex, bits[index] == 0 { break }
      if count > 3 {
        text += Array("!\(count)".utf8) + [bits[index] + 63]
      } else {
        text += [UInt8](repeating: bits[index] + 63, count: count)
      }
      index = end
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Kitty's graphics protocol: the PNG in base64, in pieces of 4,096 letters.
  static func kitty(_ png: [UInt8]) -> String {
    let text = [UInt8](Data(png).base64EncodedData())
    var out = ""
    for start in stride(from: 0, to: text.count, by: 4096) {
      let piece = String(decoding: text[start..<min(start + 4096, text.count)], as: UTF8.self)
      let head = start == 0 ? "a=T,f=100,q=2," : ""
      out += "\u{1B}_G\(head)m=\(start + 4096 < text.count ? 1 : 0);\(piece)\u{1B}\\"
    }
    return out + "\n"
  }

  /// iTerm2's inline images, which WezTerm and others take too.
  static func iterm(_ png: [UInt8]) -> String {
    "\u{1B}]1337;File=inline=1;size=\(png.count);preserveAspectRatio=1:\(Data(png).base64EncodedString())\u{07}\n"
  }
}
