import ProcessGroups
import Testing

@Suite struct ProcessorShareTests {
  @Test func processorsOfOnesOwnAreKept() {
    let masks: [[UInt8]] = [[0b0000_1111], [0b1111_0000]]
    #expect(ProcessorShare.threads(masks: masks, own: 0, limit: .max) == 4)
    #expect(ProcessorShare.threads(masks: masks, own: 1, limit: .max) == 4)
  }

  @Test func sharedProcessorsAreDivided() {
    let masks = [[UInt8]](repeating: [0xFF, 0x0F], count: 5)
    #expect(ProcessorShare.threads(masks: masks, own: 2, limit: .max) == 2)
    // A container's processor time is of all of them together.
    #expect(ProcessorShare.threads(masks: masks, own: 2, limit: 5) == 1)
    #expect(ProcessorShare.threads(masks: masks, own: 2, limit: 2) == 1)
  }

  @Test func twoToASocketDivideTheirs() {
    let masks: [[UInt8]] = [[0x0F], [0x0F], [0xF0], [0xF0]]
    #expect((0..<4).map { ProcessorShare.threads(masks: masks, own: $0, limit: .max) } == [2, 2, 2, 2])
  }

  @Test func aNarrowMaskIsNotExceeded() {
    #expect(ProcessorShare.threads(masks: [[0x01], [0xFF]], own: 0, limit: .max) == 1)
    #expect(ProcessorShare.threads(masks: [[0x01], [0xFF]], own: 1, limit: .max) == 4)
  }

  @Test func theMaskOfThisProcessHasAProcessor() {
    #expect(ProcessorShare.mask().contains { $0 != 0 })
  }
}
