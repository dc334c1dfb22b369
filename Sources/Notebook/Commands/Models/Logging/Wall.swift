import Glibc

/// The time of day, which logs for other programs carry.
enum Wall {
  /// Since 1970.
  static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
