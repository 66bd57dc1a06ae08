"""How service levels were kept, and how another policy would have gone."""

from .reports import SlaDimension, SlaReport, SlaReportRepository, SlaReports
from .simulating import SimulationRepository, Simulations
from .simulation import Simulation, SimulationDraft

__all__ = [
    "Simulation",
    "SimulationDraft",
    "SimulationRepository",
    "Simulations",
    "SlaDimension",
    "SlaReport",
    "SlaReportRepository",
    "SlaReports",
]
