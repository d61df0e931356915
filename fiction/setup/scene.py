"""The scene of a trial: small, of no story, and as a storyteller is given any other."""

from fiction.story.memory import TurnId
from fiction.story.plan import Approach, Choice, ChoiceKind, Plan
from fiction.story.reader import Length, ReaderProfile, StorySettings
from fiction.story.scene import Scene
from fiction.story.turn import Stage, Turn
from fiction.story.world import Character, Place, World

_WORLD = World(
    id="trial",
    version="1.0.0",
    title="The Lamp on the Rock",
    summary="A keeper, a lamp, and a boat that should not be out tonight.",
    setting="A lighthouse on a bare rock. The lamp is lit at dusk; nobody lands here after the first autumn storm.",
    genre=("quiet mystery",),
    protagonist="You keep the light, alone since spring.",
    characters=(Character("oda", "Oda", "brings the post by boat", "Late, wet and never sorry.", place="landing"),),
    places=(Place("landing", "the landing", "Forty steps cut into the rock, the lowest under water."),),
)
_BEFORE = Turn(
    id=TurnId(1),
    parent=None,
    depth=1,
    segment=0,
    choice=Choice(ChoiceKind.BEGIN),
    stage=Stage.COMPLETE,
    passage="The wind drops at dusk, all at once, as if somebody had closed a door. You carry the oil up and light the"
    " lamp. Out on the black water, where no boat should be, somebody is rowing towards the rock.",
    memory="You keep the lighthouse. It is dusk after the first autumn storm. Somebody rows towards the rock.",
)
_PLAN = Plan(
    "Go down to the landing with a lantern",
    "the lamp is left alone",
    Approach.CAREFUL,
    "You take the small lantern and go down the forty steps. The boat comes on without hurry. It may be Oda, who never"
    " comes at this hour.",
)


def trial_scene() -> Scene:
    """The second turn of a story that nobody plays."""
    return Scene(
        world=_WORLD,
        reader=ReaderProfile(passage_length=Length.SHORT),
        settings=StorySettings(storyteller="model"),
        choice=Choice(ChoiceKind.OFFERED, _PLAN.label, _PLAN),
        depth=2,
        recent=(_BEFORE,),
        memory=_BEFORE.memory,
    )
