/// Interleaved pixels to planes, resized where the sizes differ.
enum Planes {
  static func write(
    _ pixels: [UInt8], height: Int, width: Int, channels: Int, to planes: UnsafeMutablePointer<UInt8>,
    _ outHeight: Int, _ outWidth: Int
  ) {
    let area = height * width
    guard height != outHeight || width != outWidth else {
      for channel in 0..<channels {
        for index in 0..<area { planes[channel * area + index] = pixels[index * channels + channel] }
      }
      return
    }
    let geometry = geometry(height, width, outHeight, outWidth)
    var plane = [UInt8](repeating: 0, count: area)
    var result = [Float](repeating: 0, count: outHeight * outWidth)
    for channel in 0..<channels {
      for index in 0..<area { plane[index] = pixels[index * channels + channel] }
      result.withUnsafeMutableBufferPointer { result in
        plane.withUnsafeBufferPointer { plane in
          guard let to = result.baseAddress else { return }
          geometry.apply(bytes: plane.baseAddress, floats: nil, planes: 1, to: to, scale: 1, offset: 0)
        }
      }
      for index in result.indices {
        planes[channel * result.count + index] = UInt8(max(0, min(255, result[index].rounded())))
      }
    }
  }

  /// The same of wider numbers, up to `largest`.
  static func write(
    _ pixels: [Float], height: Int, width: Int, channels: Int, to planes: UnsafeMutablePointer<Int32>,
    _ outHeight: Int, _ outWidth: Int, largest: Float
  ) {
    let area = height * width
    let geometry = height == outHeight && width == outWidth ? nil : geometry(height, width, outHeight, outWidth)
    var plane = [Float](repeating: 0, count: area)
    var result = [Float](repeating: 0, count: outHeight * outWidth)
    for channel in 0..<channels {
      for index in 0..<area { plane[index] = pixels[index * channels + channel] }
      if let geometry {
        result.withUnsafeMutableBufferPointer { result in
          plane.withUnsafeBufferPointer { plane in
            guard let to = result.baseAddress else { return }
            geometry.apply(bytes: nil, floats: plane.baseAddress, planes: 1, to: to, scale: 1, offset: 0)
          }
        }
      } else {
        result = plane
      }
      for index in result.indices {
        planes[channel * result.count + index] = Int32(max(0, min(largest, result[index].rounded())))
      }
    }
  }

  private static func geometry(_ height: Int, _ width: Int, _ outHeight: Int, _ outWidth: Int) -> Geometry {
    Geometry(rows: .resize(from: height, to: outHeight), columns: .resize(from: width, to: outWidth))
  }
}
