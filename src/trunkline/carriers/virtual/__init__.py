"""Virtual phones: any number that no other carrier serves is one, in the world of its account."""

from trunkline.carriers.virtual.behaviour import Behaviour, DeliveryPlan, Stage, plan_delivery
from trunkline.carriers.virtual.phones import Phones

__all__ = ["Behaviour", "DeliveryPlan", "Phones", "Stage", "plan_delivery"]
