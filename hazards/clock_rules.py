"""Which act on a case begins, meets and stops which statutory clock. Plain Python, no Django.

The numbers behind the codes are rows of `reference.Limit`; the words for them too. C4 follows the deadline and
is handled apart (`hazards.clocks`): it begins when the deadline expires or the owner applies, whichever is earlier.
"""

SERVE_ORDER = "C2"  # 责令限期改正通知书
REINSPECT = "C4"  # 复查
STUDY_MAJOR = "C6"  # 重大火灾隐患集体研究
SERVE_MAJOR = "C7"  # 重大火灾隐患整改通知书
EXPERTS = "C8"  # 专家论证 +10
SERVE_SEAL = "C9"  # 临时查封决定书
URGENT_SEAL = "C10"  # 紧急查封 24 小时
SEAL_LASTS = "C11"  # 查封 30 日
UNSEAL_INSPECT, UNSEAL_DECIDE = "C12", "C12-2"
RESUME_INSPECT, RESUME_DECIDE = "C13", "C13-2"
DEMAND, SERVE_ENFORCEMENT = "C14", "C14-2"  # 催告书, 强制执行决定书
POLICE_HANDS_OVER = "C15"  # 派出所移交
CHECK_URGENT_COMPLAINT, CHECK_COMPLAINT = "COMPLAINT-24", "COMPLAINT-3"  # 举报投诉核查

OF_CASES = (SERVE_ORDER, REINSPECT, STUDY_MAJOR, SERVE_MAJOR, EXPERTS, POLICE_HANDS_OVER)
OF_UNITS = (
    SERVE_SEAL, URGENT_SEAL, SEAL_LASTS, UNSEAL_INSPECT, UNSEAL_DECIDE, RESUME_INSPECT, RESUME_DECIDE, DEMAND,
    SERVE_ENFORCEMENT, CHECK_URGENT_COMPLAINT, CHECK_COMPLAINT,
)  # fmt: skip
"""Clocks of seals, suspensions and complaints: they concern a unit and no case."""

MEETS: dict[str, tuple[str, ...]] = {
    "pass": (REINSPECT,),
    "partly": (REINSPECT,),
    "fail": (REINSPECT,),
    "determine": (STUDY_MAJOR,),
    "transfer": (POLICE_HANDS_OVER,),
}
"""What an act does that a clock was waiting for. C2 and C7 wait for the service of the paper, which is no act on
the case: `rectification.services.orders.note_service` meets them."""

# Order 120, Art. 33: a building without acceptance or filing, a public place without its check (Fire Law Art. 13, 15).
HANDED_OVER_BY_POLICE = ("FL-13", "FL-15")


def meets(act: str) -> tuple[str, ...]:
    """The clocks that an act meets."""
    return MEETS.get(act, ())


def must_be_handed_over(clauses) -> bool:
    """Whether a police station that finds a breach of these clauses hands the matter to the fire authority."""
    return any(code == one or code.startswith(one + "-") for code in clauses for one in HANDED_OVER_BY_POLICE)
