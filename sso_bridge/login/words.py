"""Words for references that people read to each other on the telephone.

Our own list: short, neutral, easy to spell, and none of them a name. Four of them name one sign-in of about a
hundred thousand million; the list may grow, and must not shrink below 512.
"""

from __future__ import annotations

import secrets

WORDS = tuple(
    """
acorn agate album alder algae alloy almond amber anchor angle anise apple april apron arbor arch arrow aspen atlas
attic august autumn avenue awning bagel baker balcony balsa bamboo banana banjo barley barn basil basin basket
baton bay beach beacon beaver beech bell bench berry birch biscuit bison blanket blossom blue board boat bolt
bonnet book boot border bottle boulder bowl box branch brass bread breeze brick bridge bronze brook broom brown
brush bucket bud bugle bulb bunny buoy button cabin cable cactus calm camel camera camp canal candle canoe canvas
canyon caper cardinal cargo carpet carrot castle cedar cellar cello chair chalk chapel chart cherry chess chestnut
chime cider cinema circle city clay clever cliff clock cloud clover coast cobalt cocoa coffee comet compass copper
coral cork corn corner cosmos cottage cotton cove crane crater crayon cream creek crest cricket crocus crystal
cube cup curry curtain cushion cypress daisy dawn december delta denim desert desk dew diamond dill dinner dolphin
domino door dove dragon drawer dream drum duck dune dusk eagle early earth easel east echo eclipse elder elk elm
ember emerald engine envelope equator evening fabric falcon fan farm feather fence fennel fern ferry fiddle field
fig finch fir flag flame flannel flax flint flower flute foam fog forest fork fossil fountain fox frame friday
frost fruit fudge galaxy gale garden garlic garnet gate gazelle gentle geyser ginger giraffe glacier glade glass
globe glove gold goose grain granite grape grass gravel green grove guitar gull hamlet hammock harbor hare harp
harvest hazel heath hedge helium herb heron hickory hill hinge holly honey hoop horizon horn hotel house humble
ibis ice igloo indigo ink inlet iris iron island ivory ivy jacket jade january jar jasmine jelly jersey jetty
jewel journal jug july june jungle juniper kayak keel kelp kettle key kite kiwi knot koala lace ladder lagoon lake
lamp lantern larch lark laurel lava lavender leaf ledge lemon lentil letter lever library lilac lily lime linden
linen lion llama lobster locket loft log loom lotus lunar lunch lynx lyric magnet magnolia mango mantle maple
marble march margin market marsh mast meadow medal mellow melody melon mesa metal meteor mint mirror mist mitten
monday moon moose morning mosaic moss motor mountain mulberry museum music mustard myrtle napkin nectar needle
nest nickel noble noon north notebook november nutmeg oak oar oasis oat ocean october olive onion onyx opal orange
orbit orchard orchid oregano osprey otter oval oven owl oyster paddle page paint palace palm panda panel pansy
papaya paper parcel park parrot parsley pasta path pavilion peach peacock pear pearl pebble pecan pelican pencil
penguin pepper petal piano picnic pier pigeon pillow pilot pine pink pipe pitcher planet plank plaza plum pocket
poem polar pond pony poplar poppy porch potato prairie prism puffin pumpkin purple puzzle quail quarry quartz
quiet quill quilt quince rabbit radio radish raft rail rain raisin raven recipe reed reef ribbon rice ridge river
road robin rocket roof rope rose ruby rudder rustic rye saddle saffron sage sail salad salmon salt sand sandal
sapphire satin saturn scarf school scooter season seed sesame shade sheep shelf shell shore silk silver sketch sky
slate sled smooth snow sofa solar sonnet soup south spark sparrow spice spinach spiral spoon spring spruce square
squirrel stable star station steam steel stone stork storm story stove straw stream street string studio sugar
summer sunday sunny surf swallow swan sycamore table tango tea teal temple tennis tent thistle thread thunder
thursday thyme tidal tiger timber toast tomato topaz torch tower trail train tree tulip tundra tunnel turnip
turtle tweed twig umbrella unity upland valley vanilla vase velvet violet violin voyage wagon walnut walrus water
wave wheat wheel whistle willow window winter wisdom wood wool wren yacht yarn yellow yogurt zebra zenith zephyr
zinc zucchini
""".split()  # noqa: SIM905  one word list reads better than six hundred quotes
)


def reference() -> str:
    """Return four random words, as in `amber-canal-tulip-heron`."""
    return "-".join(secrets.choice(WORDS) for _ in range(4))
