import ProcessGroups
import Testing

@Suite struct OneProcessTests {
  @Test func everythingIsItsOwn() throws {
    let group = OneProcess()
    var values: [Float] = [1, 2]
    var terms = [3.0]
    values.withUnsafeMutableBufferPointer { values in
      terms.withUnsafeMutableBufferPointer { group.sum(values, $0) }
    }
    #expect(values == [1, 2] && terms == [3])
    #expect(group.gather([7, 8], isPatient: true) == [7, 8])
    #expect(try group.message([1, 2, 3]) == [1, 2, 3])
    #expect(try group.message([]) == [])
    #expect(try group.texts("é") == ["é"])
    #expect(try group.numbers(.max) == [.max])
    #expect(try group.any(true) && !group.any(false))
  }
}
