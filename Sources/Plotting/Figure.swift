/// A picture as a value: what it shows, not how it is drawn.
package struct Figure: Sendable, Equatable {
  package init() {}
}
