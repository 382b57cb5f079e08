/**
 * @file The 1000 classes of ImageNet's classification task (ILSVRC 2012) in the order of the networks' outputs. Names are
 * those that Keras' `decode_predictions` gives.
 */

/** A class: its number in the outputs, its synset in WordNet, and its name. */
export interface ImageNetClass {
  readonly index: number;
  /** `n02504458`. */
  readonly wnid: string;
  /** `African_elephant`. Two names stand for two classes each: crane, and maillot. */
  readonly name: string;
}

/** How far each synset's number is from the one before, in base 36. */
const WNID_STEPS = `
uvp8 251 vvl 50v 2ei 1fk 1bi ctv 5b 33n 90x gr 19v 18k 2ef gjt 13m f62 1nj 7m0 7ey 576 50d 12p 4zh 5fk nn rl
m3 8v 6sg 25o en esd 150 17p ig 139 51f 19o 44k 2dy 1oa 7d 17k 1y2 rt ng oi 1ul wv 4dv ipl 9o b6 i7 3fd lf
1ew 1tk ku 1kp 1px 2zb 1aj 1e9 1cc 1m5 jq 981 1f1 8o 24s aw 6w gb a6 8o yr 6ga 8dy m3 16y gm 5wr bs pt 82h
fm m6 y9 33x 3e3 cb 3e0 758 8u 2sh 674 hs 3hf 8jq vk p9 3h2 3s6 9w lct 2za 22g 5vv 40c amz dn zz 3w6 3cx anp
78u 4o 1bj uu 1p9 xq c1 u6 3je 92k 4o 318 p2 1af iz 170 12l nt 2pf rm gc 4z0 1ql f3 3v2 351 bdb 3n9 19v 66w
3w9 2dd 2qs 5xt 4i 4a 3z 4h ba 7c 3s 9o jg 40 3i 2u 4m ce lx 2y ba 6r 2r 8n 2u 32 67 4o 5g 4r 9d ph 4s 63 2z
2x 3o 3f 40 4v oh 74 8v 4i 3i 39 3z 44 cu 2b 27 2h 4w 54 cf 51 3j nq 4i 4s 33 3t ar 9n 48 3y 3l am 4o dg 3t
3x 4i dp tc 9c j7 2y 2h 4h 2l 3s 5y 4v 3s 60 4o 34 dc 4q 7a 31 69 2k 2h 99 3l a4 3o da c4 2u 3e 4c 7y 4z 48
4r 44 67 at 3l 3b 5x 9w 8t 4j c6 2g 2f 4z at 51 4k 3z lu 7k mx b1 1gf lb 82 bu 1yk 36 6j 5n da yc 1cd 111 ac
4o 6o c7 jk 1es sh pn 9a 2ez os kko 9r 1b3 170 m6 22l 1ej 32b 9eq cvm 9qu 5cv 2ej 1hz 1ff 236 fwk 1z0 3z3
35c be 5pp 158 1py it l1 al rfg 1cw 1vm 2yl tm 1bq bdb 2vy 7uj 3i3 1ac 1ac ish 1k7 3d1 sd il 13l 3gi 46q 1ls
17n 2p5 1sx 38g gh 8z b0y 8g 3c6 p3 7h aa 113 ow 19v 5et 2c5 htb a0 qw 16r 9m z7 zq 45 q1 q8 bf cw t9 1eg hd
nl 7w 7y 2ru 202 2w2 cd 44t hs 2rm 9bk 8af 1hdw sc ple vl 1or 8u6 8mg ox 212 2ec 2vr 86m 2gx 1xk 53t 15w 2xa
2jp ex1 2pc cjb 1ry fn1 5b7 id 3pd to 28h 17g em 274 3k 42 1pt id s5 1n2 1dc 2l7 1j8 5g 1y3 wj 3s 4p9 93 r2
1aq 4k8 8y 1gz 6qs oa 1xy 1w8 tq 1tt c5r 130 3h4 3gm sz hx 4tc 1i9 2ov 6xw fq 1f2 f9 8xo 2f4 df 52v 3n 7se
2s5 6hv 6uv 24i es 6b 8xi 20w be dq 3lp 21j 2cv 1en 8h yv 11j 50w 30j 8u 5b5 k4 35 c5 ath 1qg 5z wt 6al 17p
37x 78k nu 2h4 1jc b8b 11m 2i 1c7 7oa 7fv 3k3 4or 3i5 6vi 167 abi 3j 17b r6 sw 4y 2td 1s0 nx 5gs 3e4 ave eyo
8m 5uo q0 5xi v4 2zj 51j 5i rp 636 122 1sb 25e dew 6uu zi 387 3a2 9hi c4 fc dyj we 4do dc5 8c4 8x0 5lh ue
172 6uw cfc 3iu 1w8 439 2uj 3w a6 44z rw 43n 33o 9vb 5mb u8 duu if 1cf 43 16b 7m 1xp 1xr 3zd 1g1 18q 4dv 7f4
8j 18e 1zr y9 pb 1m3 ar 57g 1c8 r8 19e 1li lz6 1v4 lq 1ke 1h0 xc 20y 4fd uy7 fz 4n0 305 5v il 2k4 fg 2md b9h
4eu 342 2fj 238 39f 48g 5hb 5kc tk 27e 17a 32u 2sh 26b 2o0 2zk 85z eh tj 3gl 746 2ru aa cc 2c 5bp 2it dp 2ou
3to 2jt 46 ek 6eu p1 d2i ve 284 lc 3yx fi 6o 26h 17j d7 pe us 56 2oy l6 2bm 1gd 3n wb 4q 22o 1c1 5a ed fr
1t5 5b7 14k 7mv 7f 8ea 5b9 40c sm 1di cu 1v0 83y 2wj 6da 1o0 h9 24t 1do od 8i 19c yh ad 520 2jo fk 9o 21i 29
3hy 30e 1th 1cf 3ny 2o 5n9 3a9 3dz 3ud 5f cq 8t 2jr 12y 1pc jh 3ix 16g 2qj 1t0 3h3 13m 1li 2os 4ij 202 4vb
5a 10d 28s 178 qu 5wy 147 27j 26e 52l nz 2bg pi 7ph 3et 1w7 5rw 2m 2ns 1hu 12a lt 2g4 3jf cbl 1p4 1ii zx 39o
4vi 3uo 32u 7hm 8x6 3ud 1ka 6m 1bl 3hw 1pw 3fd 1mb 1yo 3nr 6z i0 3kv ft 212 258 w6 mm 6a5 d9z 9v5 692 dt 29p
31 2zb pn 2y ein 1cy 4nw 28n 8n 3g8 5v2 px 44 1gn fk 2p 2ld 15g 2sr 123 hz kj 36t 2n2 1iz 1e4 5wo 17j 7pf
ads re 4q 4mp 6kx nf 19j 1lt 1iw 2go 11p 68h 14f 13m 2fj 3f5 gj 3f yy 6zh ux 2ao r2 9k gk 3h6 2tl 6k4 31s
3wj 116 3vq 3xr 6al j1 48g 3cq wx 4ud 54z q9 3jw 6da 1xy 2d3 f4 2il 1o4 6mq 25f 2kz pe 1db r0 sj 8p 4mb 65x
35w 1at 1qu 4b6 26c 3cp 11p 161 7f 58x fo 38k 2gj 28a 449 2a 1em 1o4 11n r9 2ac 2fo 1n7 cia 7z 3on 4dv 6n sk
fg sk 335 wj 10q 469 18n 4tp x4 11eu1 5303 4222 6iw 1psb 80on 6sez bcg 2j3 t0 50l hn9 sc ze 1gpi 7ft 1k1 17n
68 ats 2be bn 35 yv f8 e0 42 pg 7n 1n4 72e 3mv 5u9 2sr 1ab 1iv 2q3 4i 8t uc 4rj 61n ppw mgw 4e4 imu 8cm 1jh
11d 4hk 8wo l90 8cc wn r1ia rs4 cxf 7q7 ot8 y5b 1fgu h93 4w6 v3r 32x 7s0t 6p5d 8y8w s62c 19zg 2iu0 1vex 2mzd
7k9x 36aw 4nkn 9zy trz 28h 3gb 638 1gi 1ozx 15m3c
`;

const NAMES = `
tench goldfish great_white_shark tiger_shark hammerhead electric_ray stingray cock hen ostrich brambling
goldfinch house_finch junco indigo_bunting robin bulbul jay magpie chickadee water_ouzel kite bald_eagle
vulture great_grey_owl European_fire_salamander common_newt eft spotted_salamander axolotl bullfrog
tree_frog tailed_frog loggerhead leatherback_turtle mud_turtle terrapin box_turtle banded_gecko
common_iguana American_chameleon whiptail agama frilled_lizard alligator_lizard Gila_monster green_lizard
African_chameleon Komodo_dragon African_crocodile American_alligator triceratops thunder_snake
ringneck_snake hognose_snake green_snake king_snake garter_snake water_snake vine_snake night_snake
boa_constrictor rock_python Indian_cobra green_mamba sea_snake horned_viper diamondback sidewinder trilobite
harvestman scorpion black_and_gold_garden_spider barn_spider garden_spider black_widow tarantula wolf_spider
tick centipede black_grouse ptarmigan ruffed_grouse prairie_chicken peacock quail partridge African_grey
macaw sulphur-crested_cockatoo lorikeet coucal bee_eater hornbill hummingbird jacamar toucan drake
red-breasted_merganser goose black_swan tusker echidna platypus wallaby koala wombat jellyfish sea_anemone
brain_coral flatworm nematode conch snail slug sea_slug chiton chambered_nautilus Dungeness_crab rock_crab
fiddler_crab king_crab American_lobster spiny_lobster crayfish hermit_crab isopod white_stork black_stork
spoonbill flamingo little_blue_heron American_egret bittern crane limpkin European_gallinule American_coot
bustard ruddy_turnstone red-backed_sandpiper redshank dowitcher oystercatcher pelican king_penguin albatross
grey_whale killer_whale dugong sea_lion Chihuahua Japanese_spaniel Maltese_dog Pekinese Shih-Tzu
Blenheim_spaniel papillon toy_terrier Rhodesian_ridgeback Afghan_hound basset beagle bloodhound bluetick
black-and-tan_coonhound Walker_hound English_foxhound redbone borzoi Irish_wolfhound Italian_greyhound
whippet Ibizan_hound Norwegian_elkhound otterhound Saluki Scottish_deerhound Weimaraner
Staffordshire_bullterrier American_Staffordshire_terrier Bedlington_terrier Border_terrier
Kerry_blue_terrier Irish_terrier Norfolk_terrier Norwich_terrier Yorkshire_terrier wire-haired_fox_terrier
Lakeland_terrier Sealyham_terrier Airedale cairn Australian_terrier Dandie_Dinmont Boston_bull
miniature_schnauzer giant_schnauzer standard_schnauzer Scotch_terrier Tibetan_terrier silky_terrier
soft-coated_wheaten_terrier West_Highland_white_terrier Lhasa flat-coated_retriever curly-coated_retriever
golden_retriever Labrador_retriever Chesapeake_Bay_retriever German_short-haired_pointer vizsla
English_setter Irish_setter Gordon_setter Brittany_spaniel clumber English_springer Welsh_springer_spaniel
cocker_spaniel Sussex_spaniel Irish_water_spaniel kuvasz schipperke groenendael malinois briard kelpie
komondor Old_English_sheepdog Shetland_sheepdog collie Border_collie Bouvier_des_Flandres Rottweiler
German_shepherd Doberman miniature_pinscher Greater_Swiss_Mountain_dog Bernese_mountain_dog Appenzeller
EntleBucher boxer bull_mastiff Tibetan_mastiff French_bulldog Great_Dane Saint_Bernard Eskimo_dog malamute
Siberian_husky dalmatian affenpinscher basenji pug Leonberg Newfoundland Great_Pyrenees Samoyed Pomeranian
chow keeshond Brabancon_griffon Pembroke Cardigan toy_poodle miniature_poodle standard_poodle
Mexican_hairless timber_wolf white_wolf red_wolf coyote dingo dhole African_hunting_dog hyena red_fox
kit_fox Arctic_fox grey_fox tabby tiger_cat Persian_cat Siamese_cat Egyptian_cat cougar lynx leopard
snow_leopard jaguar lion tiger cheetah brown_bear American_black_bear ice_bear sloth_bear mongoose meerkat
tiger_beetle ladybug ground_beetle long-horned_beetle leaf_beetle dung_beetle rhinoceros_beetle weevil fly
bee ant grasshopper cricket walking_stick cockroach mantis cicada leafhopper lacewing dragonfly damselfly
admiral ringlet monarch cabbage_butterfly sulphur_butterfly lycaenid starfish sea_urchin sea_cucumber
wood_rabbit hare Angora hamster porcupine fox_squirrel marmot beaver guinea_pig sorrel zebra hog wild_boar
warthog hippopotamus ox water_buffalo bison ram bighorn ibex hartebeest impala gazelle Arabian_camel llama
weasel mink polecat black-footed_ferret otter skunk badger armadillo three-toed_sloth orangutan gorilla
chimpanzee gibbon siamang guenon patas baboon macaque langur colobus proboscis_monkey marmoset capuchin
howler_monkey titi spider_monkey squirrel_monkey Madagascar_cat indri Indian_elephant African_elephant
lesser_panda giant_panda barracouta eel coho rock_beauty anemone_fish sturgeon gar lionfish puffer abacus
abaya academic_gown accordion acoustic_guitar aircraft_carrier airliner airship altar ambulance amphibian
analog_clock apiary apron ashcan assault_rifle backpack bakery balance_beam balloon ballpoint Band_Aid banjo
bannister barbell barber_chair barbershop barn barometer barrel barrow baseball basketball bassinet bassoon
bathing_cap bath_towel bathtub beach_wagon beacon beaker bearskin beer_bottle beer_glass bell_cote bib
bicycle-built-for-two bikini binder binoculars birdhouse boathouse bobsled bolo_tie bonnet bookcase bookshop
bottlecap bow bow_tie brass brassiere breakwater breastplate broom bucket buckle bulletproof_vest
bullet_train butcher_shop cab caldron candle cannon canoe can_opener cardigan car_mirror carousel
carpenter's_kit carton car_wheel cash_machine cassette cassette_player castle catamaran CD_player cello
cellular_telephone chain chainlink_fence chain_mail chain_saw chest chiffonier chime china_cabinet
Christmas_stocking church cinema cleaver cliff_dwelling cloak clog cocktail_shaker coffee_mug coffeepot coil
combination_lock computer_keyboard confectionery container_ship convertible corkscrew cornet cowboy_boot
cowboy_hat cradle crane crash_helmet crate crib Crock_Pot croquet_ball crutch cuirass dam desk
desktop_computer dial_telephone diaper digital_clock digital_watch dining_table dishrag dishwasher
disk_brake dock dogsled dome doormat drilling_platform drum drumstick dumbbell Dutch_oven electric_fan
electric_guitar electric_locomotive entertainment_center envelope espresso_maker face_powder feather_boa
file fireboat fire_engine fire_screen flagpole flute folding_chair football_helmet forklift fountain
fountain_pen four-poster freight_car French_horn frying_pan fur_coat garbage_truck gasmask gas_pump goblet
go-kart golf_ball golfcart gondola gong gown grand_piano greenhouse grille grocery_store guillotine
hair_slide hair_spray half_track hammer hamper hand_blower hand-held_computer handkerchief hard_disc
harmonica harp harvester hatchet holster home_theater honeycomb hook hoopskirt horizontal_bar horse_cart
hourglass iPod iron jack-o'-lantern jean jeep jersey jigsaw_puzzle jinrikisha joystick kimono knee_pad knot
lab_coat ladle lampshade laptop lawn_mower lens_cap letter_opener library lifeboat lighter limousine liner
lipstick Loafer lotion loudspeaker loupe lumbermill magnetic_compass mailbag mailbox maillot maillot
manhole_cover maraca marimba mask matchstick maypole maze measuring_cup medicine_chest megalith microphone
microwave military_uniform milk_can minibus miniskirt minivan missile mitten mixing_bowl mobile_home Model_T
modem monastery monitor moped mortar mortarboard mosque mosquito_net motor_scooter mountain_bike
mountain_tent mouse mousetrap moving_van muzzle nail neck_brace necklace nipple notebook obelisk oboe
ocarina odometer oil_filter organ oscilloscope overskirt oxcart oxygen_mask packet paddle paddlewheel
padlock paintbrush pajama palace panpipe paper_towel parachute parallel_bars park_bench parking_meter
passenger_car patio pay-phone pedestal pencil_box pencil_sharpener perfume Petri_dish photocopier pick
pickelhaube picket_fence pickup pier piggy_bank pill_bottle pillow ping-pong_ball pinwheel pirate pitcher
plane planetarium plastic_bag plate_rack plow plunger Polaroid_camera pole police_van poncho pool_table
pop_bottle pot potter's_wheel power_drill prayer_rug printer prison projectile projector puck punching_bag
purse quill quilt racer racket radiator radio radio_telescope rain_barrel recreational_vehicle reel
reflex_camera refrigerator remote_control restaurant revolver rifle rocking_chair rotisserie rubber_eraser
rugby_ball rule running_shoe safe safety_pin saltshaker sandal sarong sax scabbard scale school_bus schooner
scoreboard screen screw screwdriver seat_belt sewing_machine shield shoe_shop shoji shopping_basket
shopping_cart shovel shower_cap shower_curtain ski ski_mask sleeping_bag slide_rule sliding_door slot
snorkel snowmobile snowplow soap_dispenser soccer_ball sock solar_dish sombrero soup_bowl space_bar
space_heater space_shuttle spatula speedboat spider_web spindle sports_car spotlight stage steam_locomotive
steel_arch_bridge steel_drum stethoscope stole stone_wall stopwatch stove strainer streetcar stretcher
studio_couch stupa submarine suit sundial sunglass sunglasses sunscreen suspension_bridge swab sweatshirt
swimming_trunks swing switch syringe table_lamp tank tape_player teapot teddy television tennis_ball thatch
theater_curtain thimble thresher throne tile_roof toaster tobacco_shop toilet_seat torch totem_pole
tow_truck toyshop tractor trailer_truck tray trench_coat tricycle trimaran tripod triumphal_arch trolleybus
trombone tub turnstile typewriter_keyboard umbrella unicycle upright vacuum vase vault velvet
vending_machine vestment viaduct violin volleyball waffle_iron wall_clock wallet wardrobe warplane washbasin
washer water_bottle water_jug water_tower whiskey_jug whistle wig window_screen window_shade Windsor_tie
wine_bottle wing wok wooden_spoon wool worm_fence wreck yawl yurt web_site comic_book crossword_puzzle
street_sign traffic_light book_jacket menu plate guacamole consomme hot_pot trifle ice_cream ice_lolly
French_loaf bagel pretzel cheeseburger hotdog mashed_potato head_cabbage broccoli cauliflower zucchini
spaghetti_squash acorn_squash butternut_squash cucumber artichoke bell_pepper cardoon mushroom Granny_Smith
strawberry orange lemon fig pineapple banana jackfruit custard_apple pomegranate hay carbonara
chocolate_sauce dough meat_loaf pizza potpie burrito red_wine espresso cup eggnog alp bubble cliff
coral_reef geyser lakeside promontory sandbar seashore valley volcano ballplayer groom scuba_diver rapeseed
daisy yellow_lady's_slipper corn acorn hip buckeye coral_fungus agaric gyromitra stinkhorn earthstar
hen-of-the-woods bolete ear toilet_tissue
`;

const wordsOf = (text: string): readonly string[] => text.trim().split(/\s+/);

function readClasses(): readonly ImageNetClass[] {
  let synset = 0;
  const steps = wordsOf(WNID_STEPS);
  return wordsOf(NAMES).map((name, index) => {
    synset += Number.parseInt(steps[index]!, 36);
    return { index, wnid: `n${String(synset).padStart(8, '0')}`, name };
  });
}

let classes: readonly ImageNetClass[] | null = null;

/** The classes; class i is the i-th. */
export function imageNetClasses(): readonly ImageNetClass[] {
  classes ??= readClasses();
  return classes;
}
