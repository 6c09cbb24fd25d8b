"""The questions that figures answer."""

from dashboards.selectors.areas import Area, area_of
from dashboards.selectors.boards import (
    board,
    combined_conditions,
    combined_counts,
    combined_sites,
    listed_units,
    listing_lines,
)
from dashboards.selectors.figures import Figures, rectification_figures
from dashboards.selectors.leader import LeaderPage, leader_page
from dashboards.selectors.stock import Movements, movements

__all__ = [
    "Area",
    "Figures",
    "LeaderPage",
    "Movements",
    "area_of",
    "board",
    "combined_conditions",
    "combined_counts",
    "combined_sites",
    "leader_page",
    "listed_units",
    "listing_lines",
    "movements",
    "rectification_figures",
]
