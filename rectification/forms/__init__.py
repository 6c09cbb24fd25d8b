"""What each act asks for: one form per act, for the page and for the API; by paper."""

from rectification.forms.base import ActForm, ReasonForm, colleagues, usual_team
from rectification.forms.complaints import AnswerComplaintForm, ComplaintForm, DropComplaintForm
from rectification.forms.extensions import AskExtensionForm, DecideExtensionForm
from rectification.forms.fields import (
    DayInput,
    DeadlineField,
    OfficersField,
    Photos,
    PhotosField,
    day,
    deadline,
    words,
)
from rectification.forms.handovers import HandOverAllForm, HandOverForm, successors
from rectification.forms.instructions import InstructForm, PersonChoice, ReplyForm, UrgeForm, answering_for
from rectification.forms.listings import (
    AchieveForm,
    AssureForm,
    CallInForm,
    DelistForm,
    DropForm,
    IntervalForm,
    ListForm,
    MilestoneForm,
    MoveForm,
    OpenMilestoneForm,
    ReportForm,
)
from rectification.forms.lookbacks import DrawForm, LookBackForm, WatchLookForm
from rectification.forms.meetings import DetermineForm, ElementsField, ElementsInput
from rectification.forms.orders import CorrectDeadlineForm, HandingForm, OrderForm
from rectification.forms.reviews import NO_PHOTO, LookForm, ReviewForm, VerifyForm
from rectification.forms.submissions import SubmitForm
from rectification.forms.suspensions import (
    AcceptanceForm,
    DecideStopForm,
    DeclineForm,
    ProposeStopForm,
    RefuseForm,
    WordsForm,
)
from rectification.forms.transfers import AcceptReferralForm, AnswerReferralForm, TransferForm
from rectification.forms.voids import CaseChoice, DecideVoidForm, MergeForm, ReverseForm

__all__ = [
    "NO_PHOTO",
    "AcceptReferralForm",
    "AcceptanceForm",
    "AchieveForm",
    "ActForm",
    "AnswerComplaintForm",
    "AnswerReferralForm",
    "AskExtensionForm",
    "AssureForm",
    "CallInForm",
    "CaseChoice",
    "ComplaintForm",
    "CorrectDeadlineForm",
    "DayInput",
    "DeadlineField",
    "DecideExtensionForm",
    "DecideStopForm",
    "DecideVoidForm",
    "DeclineForm",
    "DelistForm",
    "DetermineForm",
    "DrawForm",
    "DropComplaintForm",
    "DropForm",
    "ElementsField",
    "ElementsInput",
    "HandOverAllForm",
    "HandOverForm",
    "HandingForm",
    "InstructForm",
    "IntervalForm",
    "ListForm",
    "LookBackForm",
    "LookForm",
    "MergeForm",
    "MilestoneForm",
    "MoveForm",
    "OfficersField",
    "OpenMilestoneForm",
    "OrderForm",
    "PersonChoice",
    "Photos",
    "PhotosField",
    "ProposeStopForm",
    "ReasonForm",
    "RefuseForm",
    "ReplyForm",
    "ReportForm",
    "ReverseForm",
    "ReviewForm",
    "SubmitForm",
    "TransferForm",
    "UrgeForm",
    "VerifyForm",
    "WatchLookForm",
    "WordsForm",
    "answering_for",
    "colleagues",
    "day",
    "deadline",
    "successors",
    "usual_team",
    "words",
]
