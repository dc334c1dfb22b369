/// An error of a library that knows what to say to the person.
package protocol FaultConvertible: Error {
  /// The cause, the code and the fix, without a place.
  var fault: Fault { get }
}
