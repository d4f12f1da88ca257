/// One thing that a stage does to the flow of events through a pipeline.
///
/// A kind of stage declares its effects (``ConfiguredStage/effects``). Checks, graphs and first configurations ask for
/// effects and never for one kind of stage.
package enum StageEffect: Sendable, Hashable {
    /// It ends the pipeline for every event.
    case drops
    /// Only events for which the expression in an option is true, or is not true, go on.
    case filters(option: String, passes: Bool)
    /// It plans deliveries to the destinations that an option lists.
    case delivers(option: String)
    /// It chooses how the deliveries after it are signed.
    case signs
    /// It writes the event to the history.
    case records
    /// It may add values to the event, so the same expression can have another result after it.
    case amends
    /// It makes something else of the event: a delivery after it does not repeat one before it.
    case rewrites
    /// When an option is set, other events, of any type, take the event's place.
    case splits(option: String)
    /// It runs the stages of the fragment that an option names.
    case includes(option: String)
}
