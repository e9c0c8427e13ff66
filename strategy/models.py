"""The tables of the Citywide Data Strategy, gathered for Django and for the apps above; each room has its own."""

from strategy.plan.models import (
    Action,
    ActionUpdate,
    AiUse,
    CostBand,
    Dependency,
    Direction,
    Frequency,
    Instrument,
    Level,
    Objective,
    ObjectiveMeasure,
    Policy,
    Rag,
    Risk,
    Status,
    StatusRequest,
)
from strategy.publication.models import PublicFile, PublicStrategy
from strategy.review.models import (
    Comment,
    CommentDraft,
    Mention,
    Opinion,
    Outcome,
    PeerComment,
    PeerSection,
    ReviewerSection,
    ReviewRequest,
    Thread,
)
from strategy.sections.models import (
    READY,
    WRITING_REOPENS,
    Picture,
    Section,
    SectionDraft,
    SectionLook,
    SectionRevision,
    SectionState,
    Standing,
    Strategy,
    TemplateMove,
)
from strategy.signoff.models import (
    Approver,
    Office,
    PublicSeal,
    Signature,
    Step,
    StrategyVersion,
    VersionPart,
    YearlyReview,
)
from strategy.template.models import (
    CohortTemplate,
    Component,
    PolicyType,
    PolicyTypeVersion,
    TemplateSection,
    TemplateVersion,
    in_language,
)
from strategy.uploads.models import Upload, UploadPiece

__all__ = [
    "READY", "WRITING_REOPENS", "Action", "ActionUpdate",
    "AiUse", "Approver", "CohortTemplate", "Comment", "CommentDraft", "Component", "CostBand", "Dependency",
    "Direction", "Frequency", "Instrument", "Level", "Mention", "Objective", "ObjectiveMeasure", "Office", "Opinion",
    "Outcome", "PeerComment", "PeerSection", "Picture", "Policy", "PolicyType", "PolicyTypeVersion", "PublicFile",
    "PublicSeal", "PublicStrategy", "Rag", "ReviewRequest", "ReviewerSection", "Risk", "Section", "SectionDraft",
    "SectionLook", "SectionRevision", "SectionState", "Signature", "Standing", "Status", "StatusRequest", "Step",
    "Strategy", "StrategyVersion", "TemplateMove", "TemplateSection", "TemplateVersion", "Thread", "Upload",
    "UploadPiece", "VersionPart", "YearlyReview", "in_language",
]  # fmt: skip
