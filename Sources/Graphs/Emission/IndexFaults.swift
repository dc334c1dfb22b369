import CHighway

/// Where the gathers of a program note the first index that is beyond its table.
///
/// A kernel cannot throw: it clamps the index, so that no memory is read that is not the table's, and writes it down for
/// `Program.check`.
final class IndexFaults {
  private struct Place {
    let fault: UnsafeMutablePointer<elbo_index_fault>
    let table: String
    let tableRows: Int
    /// The position of the kernel's first index among all.
    let firstRow: Int
  }

  private var places: [Place] = []

  /// The cell of one thread's part of a gather.
  func add(
    table: String, tableRows: Int, firstRow: Int, _ arguments: ArgumentArena
  ) -> UnsafeMutablePointer<elbo_index_fault> {
    let fault = UnsafeMutablePointer(mutating: arguments.store(elbo_index_fault(row: -1, index: 0)))
    places.append(Place(fault: fault, table: table, tableRows: tableRows, firstRow: firstRow))
    return fault
  }

  func reset() { for place in places { place.fault.pointee.row = -1 } }

  /// The first of the first gather.
  var first: ProgramError? {
    guard let place = places.first(where: { $0.fault.pointee.row >= 0 }) else { return nil }
    return .indexOutOfRange(
      table: place.table, rows: place.tableRows, position: place.firstRow + Int(place.fault.pointee.row),
      index: place.fault.pointee.index)
  }
}
