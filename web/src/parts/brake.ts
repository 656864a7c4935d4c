// When many are meant at once.

/** Acts on more than so many are confirmed by typing how many they are. */
export const BRAKE = 10;
