/** The bridge that containers are plugged into unless they ask for another network, as docker0 is Docker's. */
export const bridgeName = 'berth0';
