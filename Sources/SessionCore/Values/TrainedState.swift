/// One state of one model in a session.
package struct TrainedState: Hashable, Sendable {
  package let live: ObjectIdentifier
  package let identity: Int

  package init(live: ObjectIdentifier, identity: Int) { (self.live, self.identity) = (live, identity) }
}
