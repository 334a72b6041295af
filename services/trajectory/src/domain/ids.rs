//! The ids of trajectory, and of what it knows from others.

chassis::define_id!(
    /// What happens in one episode.
    TrajectoryId
);
chassis::define_id!(
    /// One subject in one programme, of intake; survives re-entry.
    ParticipationId
);
chassis::define_id!(
    /// One run inside a participation, of intake.
    EpisodeId
);
chassis::define_id!(
    /// A human being, of intake.
    PersonId
);
chassis::define_id!(
    /// Who accompanies whom, of matching.
    MatchId
);
chassis::define_id!(
    /// An entry of the logbook.
    ContactId
);
chassis::define_id!(
    /// A goal.
    GoalId
);
chassis::define_id!(
    /// A planned step.
    NextStepId
);
chassis::define_id!(
    /// A measure.
    MeasureId
);
chassis::define_id!(
    /// A duty as one trajectory has it.
    DutyId
);
chassis::define_id!(
    /// A visit.
    VisitId
);
