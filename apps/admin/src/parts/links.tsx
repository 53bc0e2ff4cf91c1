import {
  Anchor,
  Button,
  Menu,
  NavLink,
  type AnchorProps,
  type ButtonProps,
  type MenuItemProps,
  type NavLinkProps,
} from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef } from 'react';

type A<Props> = Props & Omit<ComponentPropsWithRef<'a'>, keyof Props>;

/** Mantine's links and buttons that lead to our own pages, typed by the router's addresses. */
export const AnchorLink = createLink((props: A<AnchorProps>) => <Anchor {...props} />);
export const ButtonLink = createLink((props: A<ButtonProps>) => <Button component="a" {...props} />);
export const MenuItemLink = createLink((props: A<MenuItemProps>) => <Menu.Item component="a" {...props} />);
export const NavLinkTo = createLink((props: A<NavLinkProps>) => <NavLink component="a" {...props} />);
