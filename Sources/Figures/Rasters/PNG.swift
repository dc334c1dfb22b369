import CImages
import Glibc

/// Bytes that are not a PNG, or a damaged one.
package struct PNGError: Error, Equatable, Sendable {
  package let reason: String
}

/// PNG files through libspng.
package enum PNG {
  /// 8 bits a channel, gray where there is no color.
  package static func encode(_ picture: Picture) -> [UInt8] {
    picture.pixels.withUnsafeBufferPointer { pixels in
      let isGray = !stride(from: 0, to: pixels.count, by: 3).contains {
        pixels[$0] != pixels[$0 + 1] || pixels[$0] != pixels[$0 + 2]
      }
      guard isGray else { return encode(pixels, picture, channels: 3) }
      return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: pixels.count / 3) { gray in
        for index in gray.indices { gray[index] = pixels[3 &* index] }
        return encode(UnsafeBufferPointer(gray), picture, channels: 1)
      }
    }
  }

  private static func encode(_ pixels: UnsafeBufferPointer<UInt8>, _ picture: Picture, channels: Int32) -> [UInt8] {
    var count = 0
    var message = [CChar](repeating: 0, count: Int(ELBO_IMAGE_MESSAGE))
    let (width, height) = (Int32(picture.width), Int32(picture.height))
    let bytes = elbo_png_encode(pixels.baseAddress, width, height, channels, &count, &message)
    guard let bytes else { preconditionFailure(String(nulTerminated: message)) }
    defer { free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  /// Any PNG as RGB; what is transparent, on white. Checksums are checked.
  package static func decode(_ bytes: [UInt8]) throws(PNGError) -> Picture {
    guard elbo_image_format_of(bytes, bytes.count) == ELBO_IMAGE_PNG else {
      throw PNGError(reason: "no PNG signature")
    }
    var size = elbo_image_size()
    var message = [CChar](repeating: 0, count: Int(ELBO_IMAGE_MESSAGE))
    guard elbo_image_probe(bytes, bytes.count, &size, &message) != 0 else {
      throw PNGError(reason: String(nulTerminated: message))
    }
    let (width, height) = (Int(size.width), Int(size.height))
    var pixels = [UInt8](repeating: 0, count: width * height * 3)
    let white: [UInt8] = [255, 255, 255]
    guard elbo_image_decode(bytes, bytes.count, 3, 8, white, &pixels, pixels.count, &message) != 0 else {
      throw PNGError(reason: String(nulTerminated: message))
    }
    return Picture(width: width, height: height, pixels: pixels)
  }
}

extension String {
  /// The text before the zero byte that ends it.
  init(nulTerminated text: [CChar]) {
    self = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
