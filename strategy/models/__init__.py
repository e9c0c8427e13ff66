"""The Citywide Data Strategy's tables, a module each subject."""

from strategy.models.files import Picture, Upload, UploadPiece
from strategy.models.plan import (
    Action,
    ActionUpdate,
    CostBand,
    Dependency,
    Direction,
    Frequency,
    Objective,
    ObjectiveMeasure,
    Rag,
    Status,
    StatusRequest,
)
from strategy.models.public import PublicFile, PublicSeal, PublicStrategy
from strategy.models.register import AiUse, Instrument, Level, Policy, Risk
from strategy.models.review import Opinion, PeerComment, PeerSection, ReviewerSection, ReviewRequest
from strategy.models.section import (
    COACH_MOVES,
    LEAD_MOVES,
    NEEDS_WORDS,
    READY,
    TEAM_MOVES,
    WRITING_REOPENS,
    Section,
    SectionDraft,
    SectionLook,
    SectionRevision,
    SectionState,
    Standing,
    Strategy,
    TemplateMove,
)
from strategy.models.signoff import Approver, Office, Signature, Step, StrategyVersion, YearlyReview
from strategy.models.template import (
    CohortTemplate,
    Component,
    PolicyType,
    PolicyTypeVersion,
    TemplateSection,
    TemplateVersion,
    in_language,
)
from strategy.models.thread import Comment, CommentDraft, Mention, Outcome, Thread

__all__ = [
    "COACH_MOVES", "LEAD_MOVES", "NEEDS_WORDS", "READY", "TEAM_MOVES", "WRITING_REOPENS", "Action", "ActionUpdate",
    "AiUse", "Approver", "CohortTemplate", "Comment", "CommentDraft", "Component", "CostBand", "Dependency",
    "Direction", "Frequency", "Instrument", "Level", "Mention", "Objective", "ObjectiveMeasure", "Office", "Opinion",
    "Outcome", "PeerComment", "PeerSection", "Picture", "Policy", "PolicyType", "PolicyTypeVersion", "PublicFile",
    "PublicSeal", "PublicStrategy", "Rag", "ReviewRequest", "ReviewerSection", "Risk", "Section", "SectionDraft",
    "SectionLook", "SectionRevision", "SectionState", "Signature", "Standing", "Status", "StatusRequest", "Step",
    "Strategy", "StrategyVersion", "TemplateMove", "TemplateSection", "TemplateVersion", "Thread", "Upload",
    "UploadPiece", "YearlyReview", "in_language",
]  # fmt: skip
