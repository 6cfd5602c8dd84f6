/** Why a member of a group is stopped by us: it must not go on alone. That says nothing about the member. */
export const leaderEnded = 'the leader of the group has ended';
