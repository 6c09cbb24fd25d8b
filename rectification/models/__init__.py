"""The papers and acts that stand behind a case's headline."""

from rectification.models.chase import ChaseClaim, ChaseRun, Rung
from rectification.models.extensions import Extension
from rectification.models.instructions import Instruction
from rectification.models.listings import Listing
from rectification.models.lookbacks import Draw, LookBack, LookBackOfficer
from rectification.models.orders import Order, OrderItem
from rectification.models.reviews import Review, ReviewItem, ReviewOfficer
from rectification.models.submissions import EvidencePhoto, Submission
from rectification.models.suspensions import AcceptanceCheck, AcceptanceOfficer, Suspension
from rectification.models.transfers import Transfer
from rectification.models.voids import VoidRequest
from rectification.models.watches import Watch, WatchLook

__all__ = [
    "AcceptanceCheck",
    "AcceptanceOfficer",
    "ChaseClaim",
    "ChaseRun",
    "Draw",
    "EvidencePhoto",
    "Extension",
    "Instruction",
    "Listing",
    "LookBack",
    "LookBackOfficer",
    "Order",
    "OrderItem",
    "Review",
    "ReviewItem",
    "ReviewOfficer",
    "Rung",
    "Submission",
    "Suspension",
    "Transfer",
    "VoidRequest",
    "Watch",
    "WatchLook",
]
