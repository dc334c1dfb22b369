import Glibc
import Testing
import VAEngine

@Suite struct ScheduleTests {
  @Test func warmUpsRiseAndStay() {
    let schedule = Schedule.linear(from: 0, to: 4, epochs: 10)
    #expect([0, 2.5, 10, 99].map { schedule.value(at: $0) } == [0, 1, 4, 4])
    #expect(schedule.isRising(at: 9.9) && !schedule.isRising(at: 10))
    #expect(Schedule.linear(from: 0, to: 4, epochs: 0).value(at: 0) == 4)
    #expect(Schedule.constant(3).value(at: 7) == 3)
  }

  /// Up in the first half of each period, flat in the second (Fu et al. 2019).
  @Test func cyclesBeginAgain() {
    let schedule = Schedule.cyclical(from: 0, to: 1, period: 8)
    #expect([0, 2, 4, 7.9, 8, 10, 12].map { schedule.value(at: $0) } == [0, 0.5, 1, 1, 0, 0.5, 1])
    #expect(schedule.target == 1)
  }

  @Test func learningRatesFollowTheirSchedules() {
    func factors(_ schedule: LearningRateSchedule, _ epochs: [Int], drops: Int = 0) -> [Float] {
      epochs.map { schedule.factor(at: $0, drops: drops) }
    }
    #expect(factors(.constant, [0, 50]) == [1, 1])
    #expect(factors(.step(every: 3, factor: 0.5), [0, 2, 3, 5, 6]) == [1, 1, 0.5, 0.5, 0.25])
    #expect(factors(.milestones([2, 5], factor: 0.5), [0, 1, 2, 4, 5, 9]) == [1, 1, 0.5, 0.5, 0.25, 0.25])
    #expect(factors(.plateau(patience: 5, factor: 0.5), [7], drops: 3) == [0.125])
    let cosine = factors(.cosine(epochs: 10, floor: 0.2), [0, 5, 10, 20])
    for (value, wanted) in zip(cosine, [1, 0.6, 0.2, 0.2] as [Float]) { #expect(abs(value - wanted) < 1e-6) }
  }

  /// Burda et al. 2016: 3^i epochs at 10^(−i/7), 3,280 in all.
  @Test func theLadderHasEightStages() {
    var epoch = 0
    for stage in 0..<8 {
      let length = Int(pow(3.0, Double(stage)))
      for edge in [epoch, epoch + length - 1] {
        #expect(LearningRateSchedule.iwaeLadder.factor(at: edge, drops: 0) == powf(10, -Float(stage) / 7))
      }
      epoch += length
    }
    #expect(epoch == 3280)
  }
}
