"""The papers and acts that stand behind a case's headline."""

from rectification.models.chase import ChaseClaim, ChaseRun, Rung
from rectification.models.extensions import Extension
from rectification.models.instructions import Instruction
from rectification.models.listings import Listing
from rectification.models.orders import Order, OrderItem
from rectification.models.reviews import Review, ReviewItem, ReviewOfficer
from rectification.models.seals import Circumstance, Seal, SealOfficer, UnsealRequest
from rectification.models.submissions import EvidencePhoto, Submission
from rectification.models.suspensions import AcceptanceCheck, AcceptanceOfficer, Resumption, Suspension
from rectification.models.transfers import Transfer

__all__ = [
    "AcceptanceCheck",
    "AcceptanceOfficer",
    "ChaseClaim",
    "ChaseRun",
    "Circumstance",
    "EvidencePhoto",
    "Extension",
    "Instruction",
    "Listing",
    "Order",
    "OrderItem",
    "Resumption",
    "Review",
    "ReviewItem",
    "ReviewOfficer",
    "Rung",
    "Seal",
    "SealOfficer",
    "Submission",
    "Suspension",
    "Transfer",
    "UnsealRequest",
]
