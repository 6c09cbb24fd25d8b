"""The papers and acts that stand behind a case's headline."""

from rectification.models.chase import ChaseClaim, ChaseRun, Matter, Rung, Suggestion
from rectification.models.complaints import Complaint
from rectification.models.enforcements import Enforcement, EnforcementOfficer, Plea
from rectification.models.extensions import Extension
from rectification.models.handovers import HandOver, HandOverLine
from rectification.models.instructions import Instruction
from rectification.models.listings import Listing, ReportEvery
from rectification.models.lookbacks import Draw, LookBack, LookBackOfficer
from rectification.models.orders import Order, OrderItem
from rectification.models.reversals import RehungBoard, Reversal
from rectification.models.reviews import Review, ReviewItem, ReviewOfficer
from rectification.models.seals import Circumstance, Seal, SealOfficer, UnsealRequest
from rectification.models.submissions import EvidencePhoto, Submission
from rectification.models.supervision import Flag, FlagEntry, Milestone, ProgressReport
from rectification.models.suspensions import AcceptanceCheck, AcceptanceOfficer, Resumption, Suspension
from rectification.models.transfers import Transfer
from rectification.models.voids import VoidRequest
from rectification.models.watches import Watch, WatchLook

__all__ = [
    "AcceptanceCheck",
    "AcceptanceOfficer",
    "ChaseClaim",
    "ChaseRun",
    "Circumstance",
    "Complaint",
    "Draw",
    "Enforcement",
    "EnforcementOfficer",
    "EvidencePhoto",
    "Extension",
    "Flag",
    "FlagEntry",
    "HandOver",
    "HandOverLine",
    "Instruction",
    "Listing",
    "LookBack",
    "LookBackOfficer",
    "Matter",
    "Milestone",
    "Order",
    "OrderItem",
    "Plea",
    "ProgressReport",
    "RehungBoard",
    "ReportEvery",
    "Resumption",
    "Reversal",
    "Review",
    "ReviewItem",
    "ReviewOfficer",
    "Rung",
    "Seal",
    "SealOfficer",
    "Submission",
    "Suggestion",
    "Suspension",
    "Transfer",
    "UnsealRequest",
    "VoidRequest",
    "Watch",
    "WatchLook",
]
