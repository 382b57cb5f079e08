"""A saved model with the layers that prepare and augment images."""

from common import Fixture, keras
from make_augmentation import HEIGHT, WIDTH, pictures

L = keras.layers


def saved_model():
    """A saved model with every layer that Keras can have in one (not Equalization), and what it predicts."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    known = [
        L.RandomFlip("horizontal", seed=3), L.RandomRotation(0.1, fill_mode="nearest"), L.RandomZoom((-0.2, 0.1)),
        L.RandomTranslation(0.1, (-0.1, 0.2), interpolation="nearest"), L.RandomShear(0.2, (0.1, 0.3)),
        L.RandomPerspective(0.5), L.RandomContrast(0.2), L.RandomBrightness(0.1), L.RandomHue(0.1), L.RandomSaturation(0.4),
        L.RandomColorJitter(brightness_factor=0.1, hue_factor=[0.1, 0.2]), L.RandomColorDegeneration(0.5), L.RandomGrayscale(0.2),
        L.RandomErasing(scale=(0.1, 0.2)), L.RandomGaussianBlur(0.5, kernel_size=5), L.RandomSharpness(0.5),
        L.RandomPosterization((3, 6)), L.RandomInvert(0.3), L.Solarization(0.1, 0.2), L.RandAugment(num_ops=1),
        L.AugMix(num_chains=2), L.AutoContrast(), L.CenterCrop(9, 12), L.Resizing(6, 8, antialias=True), L.Rescaling(1 / 255.0),
    ]  # fmt: skip
    normalization = L.Normalization()
    model = keras.Sequential([L.Input((HEIGHT, WIDTH, 3)), *known, normalization, L.Flatten(), L.Dense(2)], name="augmented")
    normalization.adapt(pictures(0x5A7).astype("float32") / 255)
    images = pictures(0x5A8)
    fixture = Fixture("augmented-model", "make_augmented_model.py")
    fixture.save_model("augmented", model)
    output = model.predict(images.astype("float32"), verbose=0)
    fixture.add(images=fixture.array(images, "uint8"), output=fixture.array(output))
    fixture.write()


if __name__ == "__main__":
    saved_model()
