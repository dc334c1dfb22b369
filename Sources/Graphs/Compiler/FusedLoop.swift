import Tensors

/// Elementwise nodes over one space of `count` elements, run together tile by tile, with their loads, stores and sums.
struct FusedLoop {
  struct Load: Hashable {
    /// The node read, after reshapes and broadcasts.
    let source: Int
    let pattern: AccessPattern
    /// The index of the first element of the source.
    var offset = 0
  }

  struct Sum {
    enum Kind {
      /// A number per row of `extent` elements.
      case rows(Reduction)
      /// A number per column of rows of `extent` elements, this thread's rows only.
      case leading
    }
    let node: Int
    let input: Int
    let kind: Kind
    let extent: Int
  }

  let count: Int
  /// Elementwise nodes in execution order.
  var nodes: [Int] = []
  var loads: [Load] = []
  var sums: [Sum] = []

  /// The longest row length that is valid for every load and sum, nil when there is none.
  ///
  /// Sums over rows fix it; else fewer and longer rows are better.
  func columns() -> Int? {
    var candidates = Set([count])
    for sum in sums where sum.extent > 1 || !sum.isLeading {
      candidates = candidates == [count] ? [sum.extent] : candidates.intersection([sum.extent])
    }
    if sums.isEmpty || sums.allSatisfy({ $0.isLeading && $0.extent == 1 }) {
      for load in loads { candidates.formUnion(load.pattern.columnCandidates.filter { $0 > 0 && count % $0 == 0 }) }
      candidates.insert(1)
    }
    return candidates.sorted(by: >).first { width in
      width > 0 && loads.allSatisfy { $0.pattern.address(columns: width) != nil }
        && sums.allSatisfy { $0.allows(columns: width) }
    }
  }
}

extension FusedLoop.Sum {
  var isLeading: Bool { if case .leading = kind { true } else { false } }

  func allows(columns: Int) -> Bool {
    switch kind {
    case .rows: columns == extent
    // A total may be taken over rows of any length.
    case .leading: columns == extent || extent == 1
    }
  }
}
