/// The form of a noun after a count in a message: `inflected("epoch", for: 1)` is "epoch", for 2 "epochs".
///
/// - Parameter plural: For nouns whose plural is not the singular with an s.
package func inflected(_ singular: String, _ plural: String? = nil, for count: Int) -> String {
  count == 1 ? singular : plural ?? singular + "s"
}

/// A count with its noun: `counted(1, "example")` is "1 example", of 60,000 "60,000 examples".
package func counted(_ count: Int, _ singular: String, _ plural: String? = nil) -> String {
  "\(NumberText.count(count)) \(inflected(singular, plural, for: count))"
}
