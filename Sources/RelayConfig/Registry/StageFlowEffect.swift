/// One effect of a stage on the flow of events through a pipeline.
///
/// Each kind of stage declares its effects (``ConfigurableStage/effects``). Checks, graphs and generated initial
/// configurations depend on effects, not on particular kinds of stages.
package enum StageFlowEffect: Sendable, Hashable {
    /// Ends the pipeline for every event.
    case drops
    /// Passes only the events for which the expression in an option is true, or is not true.
    case filters(option: String, passes: Bool)
    /// Plans deliveries to the destinations that an option lists.
    case delivers(option: String)
    /// Selects how the deliveries after it are signed.
    case signs
    /// Writes the event to the history.
    case records
    /// May add values to the event, so that the same expression can have another result after it.
    case amends
    /// Replaces the contents of the event, so that a delivery after it is not a duplicate of one before it.
    case rewrites
    /// Replaces the event by other events of any type, when an option is set.
    case splits(option: String)
    /// Runs the stages of the fragment that an option names.
    case includes(option: String)
}
